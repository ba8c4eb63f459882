#include "faults/recording_env.h"

#include <algorithm>
#include <cstring>

namespace sluice::faults {
namespace {

using Kind = Operation::Kind;
constexpr uint64_t kPage = 4096;

}  // namespace

class RecordingEnv::Writer final : public WritableFile {
 public:
  Writer(RecordingEnv* env, Inode inode) : env_(*env), inode_(inode) {}

  Status WriteAt(uint64_t offset, ByteSpan bytes) override {
    for (uint64_t page = offset / kPage; page * kPage < offset + bytes.size(); ++page) {
      env_.lost_pages_.erase({inode_, page});
    }
    Operation write{.kind = Kind::kWrite, .inode = inode_, .offset = offset};
    write.bytes = AsText(bytes);
    return env_.Do(std::move(write));
  }
  Status Sync() override {
    if (env_.lies_) return Status::Ok();
    return env_.Do({.kind = Kind::kSync, .inode = inode_});
  }
  Status Truncate(uint64_t size) override {
    return env_.Do({.kind = Kind::kTruncate, .inode = inode_, .offset = size});
  }
  Status Allocate(uint64_t /*size*/) override { return Status::Ok(); }
  Result<bool> IsAt(const std::string& path) const override {
    return Resolve(env_.disk_, path) == inode_;
  }

 private:
  RecordingEnv& env_;
  const Inode inode_;
};

class RecordingEnv::Reader final : public ReadableFile {
 public:
  Reader(const RecordingEnv* env, Inode inode) : env_(*env), inode_(inode) {}

  Result<size_t> ReadAt(uint64_t offset, size_t size, uint8_t* buffer) const override {
    return env_.Read(inode_, offset, size, buffer);
  }
  Result<uint64_t> Size() const override { return uint64_t{env_.disk_.at(inode_).content.size()}; }

 private:
  const RecordingEnv& env_;
  const Inode inode_;
};

Status RecordingEnv::Do(Operation operation) {
  if (is_dead_) return Status::IoError("the process is gone");
  Apply(operation, &disk_);
  log_.push_back(std::move(operation));
  return Status::Ok();
}

Result<Inode> RecordingEnv::Make(const std::string& path, bool is_directory) {
  const auto directory = DirectoryAt(ParentOf(path));
  if (!directory.ok()) return directory.status();
  const Inode made = disk_.rbegin()->first + 1;
  SLUICE_RETURN_IF_ERROR(Do({.kind = Kind::kMake, .inode = made, .is_directory = is_directory}));
  SLUICE_RETURN_IF_ERROR(
      Do({.kind = Kind::kEnter, .inode = *directory, .name = NameOf(path), .target = made}));
  return made;
}

Result<Inode> RecordingEnv::FileAt(const std::string& path) const {
  const Inode inode = Resolve(disk_, path);
  if (inode == kNoInode) return Status::NotFound(path);
  if (disk_.at(inode).is_directory) return Status::IoError(path + " is a directory");
  return inode;
}

Result<Inode> RecordingEnv::DirectoryAt(const std::string& path) const {
  const Inode inode = Resolve(disk_, path);
  if (inode == kNoInode) return Status::NotFound(path);
  if (!disk_.at(inode).is_directory) return Status::IoError(path + " is no directory");
  return inode;
}

Result<size_t> RecordingEnv::Read(Inode inode, uint64_t offset, size_t size,
                                  uint8_t* buffer) const {
  const std::string& content = disk_.at(inode).content;
  const auto cut = short_reads_.find(inode);
  const uint64_t hidden = cut == short_reads_.end() ? 0 : cut->second;
  const uint64_t end = content.size() - std::min<uint64_t>(hidden, content.size());
  if (offset >= end) return size_t{0};
  size = std::min<size_t>(size, end - offset);
  for (uint64_t page = offset / kPage; page * kPage < offset + size; ++page) {
    if (lost_pages_.contains({inode, page})) return Status::IoError("read: lost page");
  }
  if (size > 0) std::memcpy(buffer, content.data() + offset, size);
  return size;
}

Result<std::unique_ptr<WritableFile>> RecordingEnv::OpenWritable(const std::string& path) {
  Result<Inode> inode = FileAt(path);
  if (inode.status().code() == StatusCode::kNotFound) inode = Make(path, false);
  if (!inode.ok()) return inode.status();
  return std::unique_ptr<WritableFile>(new Writer(this, *inode));
}

Result<std::unique_ptr<ReadableFile>> RecordingEnv::OpenReadable(const std::string& path) const {
  const Result<Inode> inode = FileAt(path);
  if (!inode.ok()) return inode.status();
  return std::unique_ptr<ReadableFile>(new Reader(this, *inode));
}

Result<std::vector<std::string>> RecordingEnv::List(const std::string& directory) const {
  const Result<Inode> inode = DirectoryAt(directory);
  if (!inode.ok()) return inode.status();
  std::vector<std::string> names;
  for (const auto& [name, target] : disk_.at(*inode).entries) names.push_back(name);
  return names;
}

Result<uint64_t> RecordingEnv::FileSize(const std::string& path) const {
  const Result<Inode> inode = FileAt(path);
  if (!inode.ok()) return inode.status();
  return uint64_t{disk_.at(*inode).content.size()};
}

bool RecordingEnv::Exists(const std::string& path) const {
  return Resolve(disk_, path) != kNoInode;
}

Status RecordingEnv::CreateDirectories(const std::string& path) {
  for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string prefix = path.substr(0, slash);
    if (!Exists(prefix)) SLUICE_RETURN_IF_ERROR(Make(prefix, true).status());
    if (slash == std::string::npos) return Status::Ok();
  }
}

// Within one directory, which is all that the journal does.
Status RecordingEnv::Rename(const std::string& from, const std::string& to) {
  const Result<Inode> directory = DirectoryAt(ParentOf(from));
  if (!directory.ok()) return directory.status();
  const Inode inode = Resolve(disk_, from);
  if (inode == kNoInode) return Status::NotFound(from);
  if (ParentOf(from) != ParentOf(to)) {
    SLUICE_RETURN_IF_ERROR(Link(from, to));
    return Remove(from);
  }
  Operation rename{.kind = Kind::kRename, .inode = *directory, .name = NameOf(to)};
  rename.from_name = NameOf(from);
  rename.target = inode;
  return Do(std::move(rename));
}

Status RecordingEnv::Link(const std::string& from, const std::string& to) {
  const Result<Inode> directory = DirectoryAt(ParentOf(to));
  if (!directory.ok()) return directory.status();
  const Inode inode = Resolve(disk_, from);
  if (inode == kNoInode) return Status::NotFound(from);
  if (Exists(to)) return {StatusCode::kAlreadyExists, to};
  return Do({.kind = Kind::kEnter, .inode = *directory, .name = NameOf(to), .target = inode});
}

Status RecordingEnv::Remove(const std::string& path) {
  const Result<Inode> directory = DirectoryAt(ParentOf(path));
  if (!directory.ok()) return directory.status();
  if (!Exists(path)) return Status::NotFound(path);
  return Do({.kind = Kind::kErase, .inode = *directory, .name = NameOf(path)});
}

Status RecordingEnv::SyncDirectory(const std::string& path) {
  const Result<Inode> directory = DirectoryAt(path);
  if (!directory.ok()) return directory.status();
  return Do({.kind = Kind::kSyncDirectory, .inode = *directory});
}

Result<uint64_t> RecordingEnv::FreeBytes(const std::string& /*path*/) const {
  return uint64_t{1} << 40;
}

// Nobody else is here to hold it.
Result<std::unique_ptr<WritableFile>> RecordingEnv::Lock(const std::string& path) {
  return OpenWritable(path);
}

}  // namespace sluice::faults
