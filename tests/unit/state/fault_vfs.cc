#include "fault_vfs.h"

#include <sqlite3.h>

#include <cstring>
#include <new>

namespace sluice::state {
namespace {

struct Faults {
  bool armed[FaultVfs::kOperations] = {};
  int result = SQLITE_OK;
  uint64_t after = 0;
  bool has_failed = false;
};

sqlite3_vfs* g_real;
sqlite3_vfs g_vfs;
Faults g_faults;

// SQLITE_OK, or how the operation fails.
int Verdict(FaultVfs::Operation operation) {
  if (!g_faults.armed[operation]) return SQLITE_OK;
  if (g_faults.after > 0) {
    --g_faults.after;
    return SQLITE_OK;
  }
  g_faults.has_failed = true;
  return g_faults.result;
}

struct File {
  sqlite3_file base;
  sqlite3_file* real;
};

sqlite3_file* RealOf(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real; }

int Close(sqlite3_file* file) { return RealOf(file)->pMethods->xClose(RealOf(file)); }
int Read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  const int verdict = Verdict(FaultVfs::kRead);
  if (verdict != SQLITE_OK) return verdict;
  return RealOf(file)->pMethods->xRead(RealOf(file), to, size, offset);
}
int Write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  const int verdict = Verdict(FaultVfs::kWrite);
  if (verdict != SQLITE_OK) return verdict;
  return RealOf(file)->pMethods->xWrite(RealOf(file), from, size, offset);
}
int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  const int verdict = Verdict(FaultVfs::kTruncate);
  if (verdict != SQLITE_OK) return verdict;
  return RealOf(file)->pMethods->xTruncate(RealOf(file), size);
}
int Sync(sqlite3_file* file, int flags) {
  const int verdict = Verdict(FaultVfs::kSync);
  if (verdict != SQLITE_OK) return verdict;
  return RealOf(file)->pMethods->xSync(RealOf(file), flags);
}
int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  return RealOf(file)->pMethods->xFileSize(RealOf(file), size);
}
int Lock(sqlite3_file* file, int level) {
  return RealOf(file)->pMethods->xLock(RealOf(file), level);
}
int Unlock(sqlite3_file* file, int level) {
  return RealOf(file)->pMethods->xUnlock(RealOf(file), level);
}
int CheckReservedLock(sqlite3_file* file, int* held) {
  return RealOf(file)->pMethods->xCheckReservedLock(RealOf(file), held);
}
int FileControl(sqlite3_file* file, int operation, void* argument) {
  return RealOf(file)->pMethods->xFileControl(RealOf(file), operation, argument);
}
int SectorSize(sqlite3_file* file) { return RealOf(file)->pMethods->xSectorSize(RealOf(file)); }
int DeviceCharacteristics(sqlite3_file* file) {
  return RealOf(file)->pMethods->xDeviceCharacteristics(RealOf(file));
}

// Version 1: without shared memory, which an exclusive connection does not need.
constexpr sqlite3_io_methods kMethods = {1,
                                         Close,
                                         Read,
                                         Write,
                                         Truncate,
                                         Sync,
                                         FileSize,
                                         Lock,
                                         Unlock,
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
  auto* const own = reinterpret_cast<File*>(file);
  own->base.pMethods = nullptr;
  const int verdict = Verdict(FaultVfs::kOpen);
  if (verdict != SQLITE_OK) return verdict;
  own->real = reinterpret_cast<sqlite3_file*>(own + 1);
  const int result = g_real->xOpen(g_real, name, own->real, flags, out_flags);
  if (result == SQLITE_OK) own->base.pMethods = &kMethods;
  return result;
}

}  // namespace

FaultVfs::FaultVfs() {
  g_real = sqlite3_vfs_find(nullptr);
  g_faults = {};
  g_vfs = *g_real;  // the other functions do not look at which one they are called for
  g_vfs.zName = "fault";
  g_vfs.pNext = nullptr;
  g_vfs.szOsFile = static_cast<int>(sizeof(File)) + g_real->szOsFile;
  g_vfs.xOpen = Open;
  sqlite3_vfs_register(&g_vfs, 0);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(&g_vfs); }

void FaultVfs::Fail(Operation operation, int result, uint64_t after) {
  g_faults = {};
  g_faults.armed[operation] = true;
  g_faults.result = result;
  g_faults.after = after;
}

void FaultVfs::FailAnyWrite(int result, uint64_t after) {
  Fail(kWrite, result, after);
  g_faults.armed[kSync] = g_faults.armed[kTruncate] = true;
}

void FaultVfs::Mend() {
  for (bool& armed : g_faults.armed) armed = false;
}

bool FaultVfs::has_failed() const { return g_faults.has_failed; }

}  // namespace sluice::state
