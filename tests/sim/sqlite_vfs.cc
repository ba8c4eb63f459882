#include "sim/sqlite_vfs.h"

#include <sqlite3.h>

#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "base/random.h"

namespace sluice::sim {
namespace {

// SQLite knows one world at a time, by a table of functions.
struct World {
  Env* env = nullptr;
  const Clock* clock = nullptr;
  Random random{0};
};
World* g_world;

int Code(const Status& status, int otherwise) {
  switch (status.code()) {
    case StatusCode::kOk:
      return SQLITE_OK;
    case StatusCode::kNoSpace:
      return SQLITE_FULL;
    default:
      return otherwise;
  }
}

std::string ParentOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

struct OpenFile {
  Env* env;
  std::string path;
  std::unique_ptr<WritableFile> writable;
  std::unique_ptr<ReadableFile> readable;
  bool is_new;  // its name is not synced yet
  bool delete_on_close;
};

struct File {
  sqlite3_file base;
  OpenFile* open;
};

OpenFile& Of(sqlite3_file* file) { return *reinterpret_cast<File*>(file)->open; }

int Close(sqlite3_file* file) {
  const std::unique_ptr<OpenFile> open(std::exchange(reinterpret_cast<File*>(file)->open, nullptr));
  if (open != nullptr && open->delete_on_close) {
    static_cast<void>(open->env->Remove(open->path));
  }
  return SQLITE_OK;
}

int Read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  const auto bytes = static_cast<size_t>(size);
  const Result<size_t> read =
      Of(file).readable->ReadAt(static_cast<uint64_t>(offset), bytes, static_cast<uint8_t*>(to));
  if (!read.ok()) return SQLITE_IOERR_READ;
  if (*read == bytes) return SQLITE_OK;
  std::memset(static_cast<uint8_t*>(to) + *read, 0, bytes - *read);
  return SQLITE_IOERR_SHORT_READ;
}

int Write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  const ByteSpan bytes(static_cast<const uint8_t*>(from), static_cast<size_t>(size));
  return Code(Of(file).writable->WriteAt(static_cast<uint64_t>(offset), bytes), SQLITE_IOERR_WRITE);
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  return Code(Of(file).writable->Truncate(static_cast<uint64_t>(size)), SQLITE_IOERR_TRUNCATE);
}

int Sync(sqlite3_file* file, int /*flags*/) {
  OpenFile& open = Of(file);
  const int synced = Code(open.writable->Sync(), SQLITE_IOERR_FSYNC);
  if (synced != SQLITE_OK || !open.is_new) return synced;
  open.is_new = false;
  return Code(open.env->SyncDirectory(ParentOf(open.path)), SQLITE_IOERR_DIR_FSYNC);
}

int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  const Result<uint64_t> bytes = Of(file).readable->Size();
  if (!bytes.ok()) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(*bytes);
  return SQLITE_OK;
}

// The journal's lock keeps others out.
int Lock(sqlite3_file* /*file*/, int /*level*/) { return SQLITE_OK; }
int CheckReservedLock(sqlite3_file* /*file*/, int* held) {
  *held = 0;
  return SQLITE_OK;
}
int FileControl(sqlite3_file* /*file*/, int /*operation*/, void* /*argument*/) {
  return SQLITE_NOTFOUND;
}
int SectorSize(sqlite3_file* /*file*/) { return 512; }
int DeviceCharacteristics(sqlite3_file* /*file*/) { return 0; }

// Version 1: without shared memory, which an exclusive connection does not need.
constexpr sqlite3_io_methods kMethods = {1,
                                         Close,
                                         Read,
                                         Write,
                                         Truncate,
                                         Sync,
                                         FileSize,
                                         Lock,
                                         Lock,
                                         CheckReservedLock,
                                         FileControl,
                                         SectorSize,
                                         DeviceCharacteristics,
                                         nullptr,
                                         nullptr,
                                         nullptr,
                                         nullptr,
                                         nullptr,
                                         nullptr};

int Open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* const own = new (file) File{};
  if (name == nullptr || g_world->env == nullptr) return SQLITE_CANTOPEN;
  Env& env = *g_world->env;
  const std::string path = name;
  const bool exists = env.Exists(path);
  if (!exists && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
  auto writable = env.OpenWritable(path);
  if (!writable.ok()) return SQLITE_CANTOPEN;
  auto readable = env.OpenReadable(path);
  if (!readable.ok()) return SQLITE_CANTOPEN;
  own->open = new OpenFile{&env,
                           path,
                           std::move(*writable),
                           std::move(*readable),
                           !exists,
                           (flags & SQLITE_OPEN_DELETEONCLOSE) != 0};
  own->base.pMethods = &kMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs* /*vfs*/, const char* name, int sync_directory) {
  Env& env = *g_world->env;
  if (!env.Exists(name)) return SQLITE_IOERR_DELETE_NOENT;
  const Status removed = env.Remove(name);
  if (!removed.ok()) return SQLITE_IOERR_DELETE;
  if (sync_directory == 0) return SQLITE_OK;
  return Code(env.SyncDirectory(ParentOf(name)), SQLITE_IOERR_DIR_FSYNC);
}

int Access(sqlite3_vfs* /*vfs*/, const char* name, int /*flags*/, int* result) {
  *result = g_world->env->Exists(name) ? 1 : 0;
  return SQLITE_OK;
}

int FullPathname(sqlite3_vfs* /*vfs*/, const char* name, int size, char* to) {
  sqlite3_snprintf(size, to, "%s", name);
  return SQLITE_OK;
}

int Randomness(sqlite3_vfs* /*vfs*/, int size, char* to) {
  for (int i = 0; i < size; ++i) to[i] = static_cast<char>(g_world->random.Next());
  return size;
}

int Sleep(sqlite3_vfs* /*vfs*/, int microseconds) { return microseconds; }

// Milliseconds of the Julian day.
int CurrentTime(sqlite3_vfs* /*vfs*/, sqlite3_int64* now) {
  constexpr sqlite3_int64 kUnixEpoch = 24405875 * sqlite3_int64{8640000};
  *now = kUnixEpoch + ToUnixNanos(g_world->clock->WallNow()) / 1'000'000;
  return SQLITE_OK;
}

int CurrentTimeOfDay(sqlite3_vfs* vfs, double* now) {
  sqlite3_int64 milliseconds = 0;
  CurrentTime(vfs, &milliseconds);
  *now = static_cast<double>(milliseconds) / 86400000.0;
  return SQLITE_OK;
}

int LastError(sqlite3_vfs* /*vfs*/, int /*size*/, char* /*to*/) { return 0; }

sqlite3_vfs MakeVfs() {
  sqlite3_vfs vfs{};
  vfs.iVersion = 2;
  vfs.szOsFile = static_cast<int>(sizeof(File));
  vfs.mxPathname = 512;
  vfs.zName = SqliteVfs::kName;
  vfs.xOpen = Open;
  vfs.xDelete = Delete;
  vfs.xAccess = Access;
  vfs.xFullPathname = FullPathname;
  vfs.xRandomness = Randomness;
  vfs.xSleep = Sleep;
  vfs.xCurrentTime = CurrentTimeOfDay;
  vfs.xGetLastError = LastError;
  vfs.xCurrentTimeInt64 = CurrentTime;
  return vfs;
}

sqlite3_vfs g_vfs;

}  // namespace

SqliteVfs::SqliteVfs(const Clock& clock, uint64_t seed) {
  SLUICE_CHECK(g_world == nullptr);
  g_world = new World{nullptr, &clock, Random(seed)};
  g_vfs = MakeVfs();
  SLUICE_CHECK(sqlite3_vfs_register(&g_vfs, 0) == SQLITE_OK);
}

SqliteVfs::~SqliteVfs() {
  sqlite3_vfs_unregister(&g_vfs);
  delete std::exchange(g_world, nullptr);
}

void SqliteVfs::Use(Env* env) {
  g_world->env = env;
  sqlite3_randomness(0, nullptr);  // its numbers begin anew, from ours
}

}  // namespace sluice::sim
