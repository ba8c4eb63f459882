#include "support/memory_env.h"

#include <algorithm>
#include <cstring>

namespace sluice::test {
namespace {

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == 0) return "/";
  return slash == std::string::npos ? "." : path.substr(0, slash);
}
std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool IsBelow(const std::string& path, const std::string& directory) {
  return path.starts_with(directory + "/");
}

Status Injected(const std::string& path) { return Status::IoError("injected failure: " + path); }

}  // namespace

class MemoryEnv::File {
 public:
  struct Range {
    size_t begin, end;
  };
  static constexpr size_t kSector = 512;

  void Write(size_t offset, ByteSpan bytes) {
    if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
    if (!bytes.empty()) std::memcpy(content.data() + offset, bytes.data(), bytes.size());
    dirty.push_back({offset, offset + bytes.size()});
  }
  void Resize(size_t size) {
    const size_t old = content.size();
    content.resize(size);
    resized = true;
    if (size > old) dirty.push_back({old, size});
  }
  void Sync() {
    if (resized) durable.resize(content.size());
    for (const Range& range : dirty) Persist(range);
    Forget();
  }
  // After a failed sync the kernel holds the pages for clean.
  void Forget() {
    dirty.clear();
    resized = false;
  }
  void Crash(Random* random) {
    if (random != nullptr) {
      for (const Range& range : dirty) PersistSome(range, *random);
    }
    content = durable;
    Forget();
  }

  bool CanRead(uint64_t offset, size_t size) const {
    return std::none_of(unreadable.begin(), unreadable.end(), [&](const Range& range) {
      return range.begin < offset + size && offset < range.end;
    });
  }

  std::string content, durable;
  std::vector<Range> dirty;
  std::vector<Range> unreadable;
  bool resized = false;
  bool special = false;
  bool named = false;  // some name leads to it; known whenever used_bytes_ is

 private:
  void Persist(Range range) {
    range.end = std::min(range.end, content.size());
    if (range.begin >= range.end) return;
    if (durable.size() < range.end) durable.resize(range.end);
    durable.replace(range.begin, range.end - range.begin, content, range.begin,
                    range.end - range.begin);
  }
  void PersistSome(Range range, Random& random) {
    for (size_t at = range.begin; at < range.end;) {
      const size_t end = std::min(range.end, (at / kSector + 1) * kSector);
      if (random.Below(2) == 0) Persist({at, end});
      at = end;
    }
  }
};

class MemoryEnv::Writer final : public WritableFile {
 public:
  Writer(MemoryEnv* env, std::shared_ptr<File> file, std::string path)
      : env_(env), file_(std::move(file)), path_(std::move(path)) {}

  Status WriteAt(uint64_t offset, ByteSpan bytes) override {
    const MutexLock lock(env_->mutex_);
    Status counted = env_->Count(kWrite, path_);
    if (!counted.ok()) {
      env_->ForgetUsedBytes();
      file_->Write(offset, bytes.first(bytes.size() / 2));
      return counted;
    }
    const uint64_t end = offset + bytes.size();
    const uint64_t growth = end > file_->content.size() ? end - file_->content.size() : 0;
    if (growth > 0 && env_->UsedBytes() + growth > env_->capacity_) {
      return {StatusCode::kNoSpace, "write " + path_};
    }
    file_->Write(offset, bytes);
    if (file_->named && env_->used_bytes_) *env_->used_bytes_ += growth;
    env_->written_bytes_ += bytes.size();
    return Status::Ok();
  }
  Status Sync() override {
    const MutexLock lock(env_->mutex_);
    Status counted = env_->Count(kSync, path_);
    if (!counted.ok()) {
      file_->Forget();
      return counted;
    }
    file_->Sync();
    ++env_->syncs_;
    return Status::Ok();
  }
  Status Truncate(uint64_t size) override {
    const MutexLock lock(env_->mutex_);
    SLUICE_RETURN_IF_ERROR(env_->Count(kTruncate, path_));
    env_->ForgetUsedBytes();
    file_->Resize(size);
    return Status::Ok();
  }
  Status Allocate(uint64_t /*size*/) override { return Status::Ok(); }
  Result<bool> IsAt(const std::string& path) const override {
    const MutexLock lock(env_->mutex_);
    return env_->FindFile(path) == file_;
  }

 private:
  MemoryEnv* const env_;
  const std::shared_ptr<File> file_;
  const std::string path_;
};

class MemoryEnv::Reader final : public ReadableFile {
 public:
  Reader(const MemoryEnv* env, std::shared_ptr<File> file, std::string path)
      : env_(env), file_(std::move(file)), path_(std::move(path)) {}

  Result<size_t> ReadAt(uint64_t offset, size_t size, uint8_t* buffer) const override {
    const MutexLock lock(env_->mutex_);
    SLUICE_RETURN_IF_ERROR(env_->Count(kRead, path_));
    if (offset >= file_->content.size()) return size_t{0};
    const size_t count = std::min<size_t>(size, file_->content.size() - offset);
    if (!file_->CanRead(offset, count)) return Injected(path_);
    std::copy_n(file_->content.begin() + static_cast<std::ptrdiff_t>(offset), count, buffer);
    return count;
  }
  Result<uint64_t> Size() const override {
    const MutexLock lock(env_->mutex_);
    return uint64_t{file_->content.size()};
  }

 private:
  const MemoryEnv* const env_;
  const std::shared_ptr<File> file_;
  const std::string path_;
};

class MemoryEnv::LockHandle final : public WritableFile {
 public:
  LockHandle(MemoryEnv* env, std::shared_ptr<File> file)
      : env_(env), file_(std::move(file)), generation_(env->generation_) {}
  ~LockHandle() override {
    const MutexLock lock(env_->mutex_);
    if (generation_ == env_->generation_) env_->locks_.erase(file_.get());
  }
  Status WriteAt(uint64_t, ByteSpan) override { return Status::Ok(); }
  Status Sync() override { return Status::Ok(); }
  Status Truncate(uint64_t) override { return Status::Ok(); }
  Status Allocate(uint64_t) override { return Status::Ok(); }
  Result<bool> IsAt(const std::string& path) const override {
    const MutexLock lock(env_->mutex_);
    return env_->FindFile(path) == file_;
  }

 private:
  MemoryEnv* const env_;
  const std::shared_ptr<File> file_;
  const uint64_t generation_;
};

MemoryEnv::MemoryEnv() = default;
MemoryEnv::~MemoryEnv() = default;

void MemoryEnv::FailAt(uint64_t index, uint64_t count, unsigned mask) {
  const MutexLock lock(mutex_);
  counted_ = 0;
  fail_from_ = index;
  fail_count_ = count;
  fail_mask_ = mask;
  has_failed_ = false;
}

uint64_t MemoryEnv::counted() const {
  const MutexLock lock(mutex_);
  return counted_;
}

bool MemoryEnv::has_failed() const {
  const MutexLock lock(mutex_);
  return has_failed_;
}

Status MemoryEnv::Count(Operation operation, const std::string& path) const {
  if ((fail_mask_ & operation) == 0) return Status::Ok();
  const uint64_t number = counted_++;
  if (number < fail_from_ || number - fail_from_ >= fail_count_) return Status::Ok();
  has_failed_ = true;
  if (operation == kOpen) return {StatusCode::kResourceExhausted, "open " + path};
  return Injected(path);
}

void MemoryEnv::DropUnsynced() { Crash(nullptr); }
void MemoryEnv::TearUnsynced(Random& random) { Crash(&random); }

void MemoryEnv::Crash(Random* random) {
  const MutexLock lock(mutex_);
  ForgetUsedBytes();
  std::vector<std::string> lost;
  for (const auto& [path, directory] : directories_) {
    if (!directory.is_durable) lost.push_back(path);
  }
  for (const std::string& path : lost) EraseTree(path);
  std::set<File*> done;
  for (auto& [path, directory] : directories_) {
    const size_t kept = random == nullptr ? 0 : random->Below(directory.unsynced.size() + 1);
    for (size_t i = 0; i < kept; ++i) {
      Change& change = directory.unsynced[i];
      if (change.file == nullptr) {
        directory.durable.erase(change.name);
      } else {
        directory.durable[change.name] = change.file;
      }
    }
    directory.unsynced.clear();
    directory.entries = directory.durable;
    for (auto& [name, file] : directory.entries) {
      if (done.insert(file.get()).second) file->Crash(random);
    }
  }
  locks_.clear();
  ++generation_;
}

void MemoryEnv::Kill() {
  const MutexLock lock(mutex_);
  locks_.clear();
  ++generation_;
}

void MemoryEnv::MoveTree(const std::string& from, const std::string& to) {
  static_cast<void>(CreateDirectories(ParentOf(to)).ok());
  const MutexLock lock(mutex_);
  RenameTree(from, to);
}

void MemoryEnv::Format() {
  StopFailing();
  Kill();
  const MutexLock lock(mutex_);
  ForgetUsedBytes();
  directories_.clear();
  unlistable_.clear();
}

void MemoryEnv::FailReads(const std::string& path, uint64_t begin, uint64_t end) {
  const MutexLock lock(mutex_);
  if (const auto file = FindFile(path)) file->unreadable.push_back({begin, end});
}

void MemoryEnv::Rot(const std::string& path, uint64_t at, uint8_t bits) {
  const MutexLock lock(mutex_);
  const auto file = FindFile(path);
  if (file == nullptr) return;
  for (std::string* bytes : {&file->content, &file->durable}) {
    if (at < bytes->size()) (*bytes)[at] = static_cast<char>((*bytes)[at] ^ bits);
  }
}

void MemoryEnv::FailList(const std::string& directory) {
  const MutexLock lock(mutex_);
  unlistable_.insert(directory);
}

void MemoryEnv::PutSpecial(const std::string& path) {
  SetContent(path, {});
  const MutexLock lock(mutex_);
  FindFile(path)->special = true;
}

void MemoryEnv::RemoveTree(const std::string& path) {
  const MutexLock lock(mutex_);
  EraseTree(path);
  const auto parent = directories_.find(ParentOf(path));
  if (parent == directories_.end()) return;
  parent->second.entries.erase(NameOf(path));
  parent->second.durable.erase(NameOf(path));
}

void MemoryEnv::EraseTree(const std::string& path) {
  ForgetUsedBytes();
  std::erase_if(directories_, [&](const auto& entry) {
    return entry.first == path || IsBelow(entry.first, path);
  });
}

void MemoryEnv::RenameTree(const std::string& from, const std::string& to) {
  ForgetUsedBytes();
  std::map<std::string, Directory> moved;
  for (auto& [path, directory] : directories_) {
    if (path == from || IsBelow(path, from)) {
      moved[to + path.substr(from.size())] = std::move(directory);
    }
  }
  EraseTree(from);
  directories_.merge(moved);
}

std::vector<std::string> MemoryEnv::AllFiles() const {
  const MutexLock lock(mutex_);
  std::vector<std::string> paths;
  for (const auto& [path, directory] : directories_) {
    for (const auto& [name, file] : directory.entries) {
      paths.push_back(path + "/");
      paths.back() += name;
    }
  }
  return paths;
}

void MemoryEnv::SetCapacity(uint64_t bytes) {
  const MutexLock lock(mutex_);
  capacity_ = bytes;
}

std::string MemoryEnv::Content(const std::string& path) const {
  const MutexLock lock(mutex_);
  const auto file = FindFile(path);
  return file == nullptr ? std::string() : file->content;
}

void MemoryEnv::SetContent(const std::string& path, std::string content) {
  const MutexLock lock(mutex_);
  ForgetUsedBytes();
  auto file = std::make_shared<File>();
  file->content = file->durable = std::move(content);
  Directory& directory = directories_[ParentOf(path)];
  directory.is_durable = true;
  directory.entries[NameOf(path)] = directory.durable[NameOf(path)] = file;
}

uint64_t MemoryEnv::written_bytes() const {
  const MutexLock lock(mutex_);
  return written_bytes_;
}

uint64_t MemoryEnv::syncs() const {
  const MutexLock lock(mutex_);
  return syncs_;
}

MemoryEnv::Directory* MemoryEnv::DirectoryOf(const std::string& path) {
  const auto found = directories_.find(ParentOf(path));
  return found == directories_.end() ? nullptr : &found->second;
}

std::shared_ptr<MemoryEnv::File> MemoryEnv::FindFile(const std::string& path) const {
  const auto directory = directories_.find(ParentOf(path));
  if (directory == directories_.end()) return nullptr;
  const auto entry = directory->second.entries.find(NameOf(path));
  return entry == directory->second.entries.end() ? nullptr : entry->second;
}

Result<std::shared_ptr<MemoryEnv::File>> MemoryEnv::FileToOpen(const std::string& path) const {
  auto file = FindFile(path);
  if (directories_.count(path) > 0 || (file != nullptr && file->special)) {
    return Status::IoError("open " + path + ": it is no regular file");
  }
  return file;
}

void MemoryEnv::SetEntry(const std::string& path, std::shared_ptr<File> file) {
  ForgetUsedBytes();
  Directory& directory = *DirectoryOf(path);
  if (const auto old = FindFile(path)) old->named = false;
  if (file == nullptr) {
    directory.entries.erase(NameOf(path));
  } else {
    directory.entries[NameOf(path)] = file;
  }
  directory.unsynced.push_back({NameOf(path), std::move(file)});
}

uint64_t MemoryEnv::UsedBytes() const {
  if (used_bytes_) return *used_bytes_;
  uint64_t bytes = 0;
  std::set<File*> counted;  // a file may have several names
  for (const auto& [path, directory] : directories_) {
    for (const auto& [name, file] : directory.entries) {
      file->named = true;
      if (counted.insert(file.get()).second) bytes += file->content.size();
    }
  }
  used_bytes_ = bytes;
  return bytes;
}

Result<std::unique_ptr<WritableFile>> MemoryEnv::OpenWritable(const std::string& path) {
  const MutexLock lock(mutex_);
  SLUICE_RETURN_IF_ERROR(Count(kOpen, path));
  if (DirectoryOf(path) == nullptr) return Status::NotFound("open " + path);
  auto file = FileToOpen(path);
  if (!file.ok()) return file.status();
  if (*file == nullptr) {
    SLUICE_RETURN_IF_ERROR(Count(kCreate, path));
    *file = std::make_shared<File>();
    SetEntry(path, *file);
  }
  return std::unique_ptr<WritableFile>(new Writer(this, std::move(*file), path));
}

Result<std::unique_ptr<ReadableFile>> MemoryEnv::OpenReadable(const std::string& path) const {
  const MutexLock lock(mutex_);
  SLUICE_RETURN_IF_ERROR(Count(kOpen, path));
  auto file = FileToOpen(path);
  if (!file.ok()) return file.status();
  if (*file == nullptr) return Status::NotFound("open " + path);
  return std::unique_ptr<ReadableFile>(new Reader(this, std::move(*file), path));
}

Result<std::vector<std::string>> MemoryEnv::List(const std::string& directory) const {
  const MutexLock lock(mutex_);
  const auto found = directories_.find(directory);
  if (found == directories_.end()) return Status::NotFound("list " + directory);
  SLUICE_RETURN_IF_ERROR(Count(kOpen, directory));
  if (unlistable_.count(directory) > 0) return Injected(directory);
  std::set<std::string> names;
  for (const auto& [name, file] : found->second.entries) names.insert(name);
  for (const auto& [path, unused] : directories_) {
    if (path != directory && ParentOf(path) == directory) names.insert(NameOf(path));
  }
  return std::vector<std::string>(names.begin(), names.end());
}

Result<uint64_t> MemoryEnv::FileSize(const std::string& path) const {
  const MutexLock lock(mutex_);
  const auto file = FindFile(path);
  if (file == nullptr) return Status::NotFound("stat " + path);
  return uint64_t{file->content.size()};
}

bool MemoryEnv::Exists(const std::string& path) const {
  const MutexLock lock(mutex_);
  return FindFile(path) != nullptr || directories_.count(path) > 0;
}

Status MemoryEnv::CreateDirectories(const std::string& path) {
  const MutexLock lock(mutex_);
  for (std::string part = path; part != "/" && part != "."; part = ParentOf(part)) {
    if (FindFile(part) != nullptr) return {StatusCode::kAlreadyExists, "mkdir " + part};
    directories_[part];
    if (part.find('/') == std::string::npos) break;
  }
  return Status::Ok();
}

Status MemoryEnv::Rename(const std::string& from, const std::string& to) {
  const MutexLock lock(mutex_);
  SLUICE_RETURN_IF_ERROR(Count(kRename, from));
  if (directories_.count(to) > 0) return Status::IoError("rename to a directory " + to);
  if (directories_.count(from) > 0) {
    RenameTree(from, to);
    return Status::Ok();
  }
  auto file = FindFile(from);
  if (file == nullptr || DirectoryOf(to) == nullptr) return Status::NotFound("rename " + from);
  SetEntry(to, std::move(file));
  SetEntry(from, nullptr);
  return Status::Ok();
}

Status MemoryEnv::Link(const std::string& from, const std::string& to) {
  const MutexLock lock(mutex_);
  SLUICE_RETURN_IF_ERROR(Count(kLink, from));
  if (directories_.count(from) > 0) return {StatusCode::kPermissionDenied, "link " + from};
  auto file = FindFile(from);
  if (file == nullptr || DirectoryOf(to) == nullptr) return Status::NotFound("link " + from);
  if (FindFile(to) != nullptr) return {StatusCode::kAlreadyExists, "link to " + to};
  SetEntry(to, std::move(file));
  return Status::Ok();
}

Status MemoryEnv::Remove(const std::string& path) {
  const MutexLock lock(mutex_);
  SLUICE_RETURN_IF_ERROR(Count(kRemove, path));
  if (directories_.count(path) > 0) return Status::IoError("remove directory " + path);
  if (FindFile(path) == nullptr) return Status::NotFound("remove " + path);
  SetEntry(path, nullptr);
  return Status::Ok();
}

Status MemoryEnv::SyncDirectory(const std::string& path) {
  const MutexLock lock(mutex_);
  SLUICE_RETURN_IF_ERROR(Count(kOpen, path));
  SLUICE_RETURN_IF_ERROR(Count(kSyncDirectory, path));
  Directory& directory = directories_[path];
  directory.durable = directory.entries;
  directory.unsynced.clear();
  for (auto& [child, below] : directories_) {
    if (ParentOf(child) == path) below.is_durable = true;
  }
  return Status::Ok();
}

Result<uint64_t> MemoryEnv::FreeBytes(const std::string& /*path*/) const {
  const MutexLock lock(mutex_);
  const uint64_t used = UsedBytes();
  return capacity_ > used ? capacity_ - used : 0;
}

Result<std::unique_ptr<WritableFile>> MemoryEnv::Lock(const std::string& path) {
  const MutexLock lock(mutex_);
  SLUICE_RETURN_IF_ERROR(Count(kOpen, path));
  if (DirectoryOf(path) == nullptr) return Status::NotFound("open " + path);
  if (const auto file = FileToOpen(path); !file.ok()) return file.status();
  auto file = FindFile(path);
  if (file == nullptr) SetEntry(path, file = std::make_shared<File>());
  if (!locks_.insert(file.get()).second) return Status::Unavailable("locked: " + path);
  return std::unique_ptr<WritableFile>(new LockHandle(this, std::move(file)));
}

}  // namespace sluice::test
