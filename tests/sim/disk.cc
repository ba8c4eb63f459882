#include "sim/disk.h"

#include <chrono>
#include <utility>

#include "sim/journal_account.h"
#include "sim/memory_account.h"

namespace sluice::sim {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Trouble kTroubleOf[] = {Trouble::kWriteErrors, Trouble::kSyncErrors,
                                  Trouble::kDirectoryErrors, Trouble::kOpenErrors,
                                  Trouble::kReadErrors};
// Of an operation, at rate 1.
constexpr double kFailureRate = 0.002;

}  // namespace

class Disk::Writer final : public WritableFile {
 public:
  Writer(Disk* disk, uint64_t mount, std::string path, std::unique_ptr<WritableFile> file)
      : disk_(*disk),
        mount_(mount),
        path_(std::move(path)),
        file_(std::move(file)),
        id_(disk->account_.Open(path_)) {}

  Status WriteAt(uint64_t offset, ByteSpan bytes) override {
    const InWorld in_world;
    if (!alive()) return Dead();
    Status asked = disk_.Ask(kWrite, path_);
    if (!asked.ok()) {
      const ByteSpan half = bytes.first(bytes.size() / 2);
      // A record that is whole in it counts at the next opening.
      if (!disk_.died_ && file_->WriteAt(offset, half).ok())
        disk_.account_.Written(id_, offset, half);
      return asked;
    }
    Status written = file_->WriteAt(offset, bytes);
    if (written.ok()) disk_.account_.Written(id_, offset, bytes);
    return written;
  }
  Status Sync() override {
    const InWorld in_world;
    if (!alive()) return Dead();
    Status asked = disk_.Ask(kSync, path_);
    if (!asked.ok()) {
      if (disk_.died_) return asked;
      disk_.scene_.situations.Reached("disk: a sync fails");
      disk_.env_.FailAt(0, 1, test::MemoryEnv::kSync);
      disk_.account_.SyncFailed(id_);
    } else {
      disk_.account_.Synced(id_);
    }
    Status synced = file_->Sync();
    disk_.env_.StopFailing();
    return synced;
  }
  Status Truncate(uint64_t size) override {
    const InWorld in_world;
    if (!alive()) return Dead();
    SLUICE_RETURN_IF_ERROR(disk_.Ask(kWrite, path_));
    SLUICE_RETURN_IF_ERROR(file_->Truncate(size));
    disk_.account_.Truncated(id_, size);
    return Status::Ok();
  }
  Status Allocate(uint64_t /*size*/) override { return Status::Ok(); }
  Result<bool> IsAt(const std::string& path) const override { return file_->IsAt(path); }

 private:
  bool alive() const { return disk_.is_alive_ && disk_.mounts_ == mount_; }
  Status Dead() const { return Status::IoError("the process has ended: " + path_); }

  Disk& disk_;
  const uint64_t mount_;
  const std::string path_;
  const std::unique_ptr<WritableFile> file_;
  const SyncAccount::FileId id_;
};

class Disk::Reader final : public ReadableFile {
 public:
  Reader(Disk* disk, std::string path, std::unique_ptr<ReadableFile> file)
      : disk_(*disk), path_(std::move(path)), file_(std::move(file)) {}
  Result<size_t> ReadAt(uint64_t offset, size_t size, uint8_t* buffer) const override {
    const InWorld in_world;
    SLUICE_RETURN_IF_ERROR(disk_.Ask(kRead, path_));
    return file_->ReadAt(offset, size, buffer);
  }
  Result<uint64_t> Size() const override { return file_->Size(); }

 private:
  Disk& disk_;
  const std::string path_;
  const std::unique_ptr<ReadableFile> file_;
};

class Disk::Mounted final : public Env {
 public:
  Mounted(Disk* disk, uint64_t mount) : disk_(*disk), env_(disk->env_), mount_(mount) {}

  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path) override {
    const InWorld in_world;
    SLUICE_RETURN_IF_ERROR(Ask(kOpen, path));
    if (!env_.Exists(path)) SLUICE_RETURN_IF_ERROR(Ask(kDirectory, path));
    auto file = env_.OpenWritable(path);
    if (!file.ok()) return file;
    return std::unique_ptr<WritableFile>(
        std::make_unique<Writer>(&disk_, mount_, path, std::move(*file)));
  }
  Result<std::unique_ptr<WritableFile>> OpenPrivate(const std::string& path) override {
    return OpenWritable(path);
  }
  Result<std::unique_ptr<ReadableFile>> OpenReadable(const std::string& path) const override {
    const InWorld in_world;
    SLUICE_RETURN_IF_ERROR(Ask(kOpen, path));
    auto file = env_.OpenReadable(path);
    if (!file.ok()) return file;
    return std::unique_ptr<ReadableFile>(std::make_unique<Reader>(&disk_, path, std::move(*file)));
  }
  Result<std::vector<std::string>> List(const std::string& path) const override {
    const InWorld in_world;
    SLUICE_RETURN_IF_ERROR(Ask(kOpen, path));
    SLUICE_RETURN_IF_ERROR(Ask(kRead, path));
    return env_.List(path);
  }
  Result<uint64_t> FileSize(const std::string& path) const override { return env_.FileSize(path); }
  bool Exists(const std::string& path) const override { return env_.Exists(path); }
  Status CreateDirectories(const std::string& path) override {
    const InWorld in_world;
    SLUICE_RETURN_IF_ERROR(Ask(kDirectory, path));
    return env_.CreateDirectories(path);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    const InWorld in_world;
    SLUICE_RETURN_IF_ERROR(Ask(kDirectory, from));
    disk_.LookAtRename(from, to);
    SLUICE_RETURN_IF_ERROR(env_.Rename(from, to));
    disk_.scene_.trace.Note("disk: {} becomes {}", from, to);
    disk_.account_.Renamed(from, to);
    return Status::Ok();
  }
  Status Link(const std::string& from, const std::string& to) override {
    const InWorld in_world;
    SLUICE_RETURN_IF_ERROR(Ask(kDirectory, from));
    SLUICE_RETURN_IF_ERROR(env_.Link(from, to));
    disk_.account_.Linked(from, to);
    return Status::Ok();
  }
  Status Remove(const std::string& path) override {
    const InWorld in_world;
    SLUICE_RETURN_IF_ERROR(Ask(kDirectory, path));
    SLUICE_RETURN_IF_ERROR(env_.Remove(path));
    disk_.scene_.trace.Note("disk: {} is removed", path);
    disk_.account_.Removed(path);
    return Status::Ok();
  }
  Status SyncDirectory(const std::string& path) override {
    const InWorld in_world;
    SLUICE_RETURN_IF_ERROR(Ask(kDirectory, path));
    SLUICE_RETURN_IF_ERROR(env_.SyncDirectory(path));
    disk_.account_.DirectorySynced(path);
    return Status::Ok();
  }
  Result<uint64_t> FreeBytes(const std::string& path) const override {
    const InWorld in_world;
    return env_.FreeBytes(path);
  }
  Result<std::unique_ptr<WritableFile>> Lock(const std::string& path) override {
    const InWorld in_world;
    SLUICE_RETURN_IF_ERROR(Ask(kOpen, path));
    return env_.Lock(path);
  }

 private:
  Status Ask(Failure failure, const std::string& path) const {
    if (!disk_.is_alive_ || disk_.mounts_ != mount_) {
      return Status::IoError("the process has ended: " + path);
    }
    return disk_.Ask(failure, path);
  }

  Disk& disk_;
  test::MemoryEnv& env_;
  const uint64_t mount_;
};

Disk::Disk(Scene& scene)
    : scene_(scene),
      random_(scene.RandomFor("disk")),
      whims_(scene, random_),
      vfs_(scene.clock, scene.plan.seed) {
  env_.SetCapacity(kCapacity);
  whims_.Add(Trouble::kRot, seconds(90), [this] { Rot(); });
  whims_.Add(Trouble::kBadPages, seconds(120), [this] { LosePage(); });
  whims_.Add(Trouble::kFullDisk, seconds(80), [this] { Fill(); });
  empty_timer_ = scene_.scheduler.NewTimer([this] { env_.SetCapacity(kCapacity); });
}

Disk::~Disk() = default;

std::unique_ptr<Env> Disk::Mount() {
  is_alive_ = true;
  failures_of_mount_ = 0;
  mounted_at_ = scene_.clock.Now();
  failing_until_[kRead] = {};
  if (scene_.Has(Trouble::kWriteErrors) && random_.Below(4) == 0)
    cursors_failing_until_ = mounted_at_ + Between(random_, seconds(5), seconds(90));
  auto mounted = std::make_unique<Mounted>(this, ++mounts_);
  vfs_.Use(mounted.get());
  return mounted;
}

void Disk::EndProcess(Witness::End how) {
  is_alive_ = false;
  died_ = false;
  operations_left_ = UINT64_MAX;
  if (how != Witness::End::kPowerCut) {
    env_.Kill();
    if (scene_.Strikes(Trouble::kRot, 0.2, random_)) Lose();
    return;
  }
  if (random_.Below(3) == 0) {
    env_.DropUnsynced();
  } else {
    env_.TearUnsynced(random_);
  }
  account_.Recount();
}

Status Disk::Ask(Failure failure, const std::string& path) {
  const bool changes = failure == kWrite || failure == kSync || failure == kDirectory;
  if (changes && operations_left_ != UINT64_MAX) {
    if (operations_left_ == 0) died_ = true;
    if (operations_left_ > 0) --operations_left_;
  }
  if (died_) return Status::IoError("the machine dies: " + path);
  if (!Strikes(failure, path)) return Status::Ok();
  ++failures_of_mount_;
  scene_.trace.Note("disk: {} fails: {}", TroubleName(kTroubleOf[failure]), path);
  if (failure == kOpen) return {StatusCode::kResourceExhausted, "open " + path};
  return Status::IoError("injected failure: " + path);
}

// Reads that failed and pass cost what they hid.
void Disk::LookAtRename(const std::string& from, const std::string& to) {
  if (!to.ends_with(".seg") || !env_.Exists(to) || scene_.plan.has(Trouble::kReadErrors)) return;
  const std::string wrong = LookAtReplacement(env_, to, from);
  if (!wrong.empty()) scene_.verdict.Broken(7, wrong);
}

bool Disk::Strikes(Failure failure, std::string_view path) {
  const Trouble trouble = kTroubleOf[failure];
  if (!scene_.Has(trouble)) return false;
  const MonotonicTime now = scene_.clock.Now();
  if (failure == kWrite && now < cursors_failing_until_ && path.find("/cursors/") != path.npos)
    return true;
  if (now < failing_until_[failure]) return random_.Below(2) == 0;
  if (!scene_.Strikes(trouble, kFailureRate, random_)) return false;
  // What is told and then not read at a start may be told again, see simulate.md.
  const bool may_last = failure != kRead || now > mounted_at_ + seconds(10);
  if (may_last && random_.Below(4) == 0) {
    failing_until_[failure] = now + Between(random_, milliseconds(100), seconds(20));
  }
  return true;
}

Duration Disk::NewLatency() {
  latency_ = Between(random_, microseconds(20), milliseconds(2));
  if (scene_.Strikes(Trouble::kSlowDisk, 0.02, random_)) {
    latency_ = Between(random_, milliseconds(10), seconds(3));
  }
  return latency_;
}

bool Disk::MayRefuse(const Status& /*why*/) const { return failures_of_mount_ > 0; }

void Disk::Mend() {
  empty_timer_.Stop();
  env_.SetCapacity(kCapacity);
}

// Damage in a stream's last segment together with a power cut looks like a torn tail: ids that were
// told in the last second may be used again (journal/FORMAT.md), which nobody has mended yet. So
// not both.
std::string Disk::PickFile(Among among, uint64_t* at) {
  const bool spares_last = scene_.plan.has(Trouble::kPowerCut) || scene_.plan.has(Trouble::kMidway);
  const std::vector<std::string> all = env_.AllFiles();
  std::vector<std::string> files;
  for (size_t i = 0; i < all.size(); ++i) {
    const bool is_segment = all[i].ends_with(".seg");
    const bool is_last = is_segment && (i + 1 == all.size() || !all[i + 1].ends_with(".seg"));
    if (is_last && spares_last) continue;
    if (is_segment ? among == Among::kOthers : among == Among::kSegments) continue;
    if (among == Among::kAll && !is_segment && random_.Below(4) > 0) continue;
    if (!env_.Content(all[i]).empty()) files.push_back(all[i]);
  }
  if (files.empty()) return {};
  std::string& path = files[random_.Below(files.size())];
  *at = random_.Below(env_.Content(path).size());
  return std::move(path);
}

// What rots in this history.
std::string Disk::PickRotten(uint64_t* at) {
  return PickFile(scene_.plan.rots_slots ? Among::kOthers : Among::kSegments, at);
}

void Disk::Rot() {
  uint64_t at = 0;
  const std::string path = PickRotten(&at);
  if (path.empty()) return;
  ++damages_;
  if (random_.Below(6) == 0) return Empty(path);
  scene_.trace.Note("disk: {} rots at {}", path, at);
  env_.Rot(path, at, static_cast<uint8_t>(1 << random_.Below(8)));
}

// As a repair of the file system leaves it.
void Disk::Empty(const std::string& path) {
  scene_.trace.Note("disk: {} is emptied", path);
  const auto file = env_.OpenWritable(path);
  if (!file.ok() || !(*file)->Truncate(0).ok()) return;
  static_cast<void>((*file)->Sync());
}

// A file is gone at the next start.
void Disk::Lose() {
  uint64_t at = 0;
  const std::string path = PickRotten(&at);
  if (path.empty()) return;
  ++damages_;
  scene_.trace.Note("disk: {} is gone", path);
  env_.RemoveTree(path);
}

void Disk::LosePage() {
  uint64_t at = 0;
  const std::string path = PickFile(Among::kAll, &at);
  if (path.empty()) return;
  ++damages_;
  const uint64_t page = at / 4096 * 4096;
  scene_.trace.Note("disk: {} cannot be read at {}", path, page);
  env_.FailReads(path, page, page + 4096);
}

void Disk::Fill() {
  const Result<uint64_t> free = env_.FreeBytes("/");
  if (!free.ok() || empty_timer_.active()) return;
  const uint64_t used = kCapacity - *free;
  const uint64_t left = random_.Below(3) == 0 ? 0 : random_.Below(96 << 10);
  scene_.trace.Note("disk: full but for {} bytes", left);
  env_.SetCapacity(used + left);
  empty_timer_.Start(Between(random_, seconds(1), minutes(2)));
}

}  // namespace sluice::sim
