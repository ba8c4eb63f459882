#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/env.h"

namespace sluice {
namespace {

Status ErrnoStatus(std::string_view operation, const std::string& path) {
  return Status::FromErrno(errno, std::string(operation) + " " + path);
}

// Retries what a signal interrupted.
template <typename Call>
auto Uninterrupted(Call call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// Opens a regular file, and nothing else.
Result<int> OpenFile(const std::string& path, int flags, mode_t mode = 0640) {
  const int fd =
      Uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, mode); });
  if (fd < 0) return ErrnoStatus("open", path);
  struct stat info {};
  if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) return fd;
  ::close(fd);
  return Status::IoError("open " + path + ": it is no regular file");
}

bool IsDirectory(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

class PosixWritableFile final : public WritableFile {
 public:
  PosixWritableFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  Status WriteAt(uint64_t offset, ByteSpan bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = Uninterrupted([&] {
        return ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      });
      if (written < 0) return ErrnoStatus("write", path_);
      bytes = bytes.subspan(static_cast<size_t>(written));
      offset += static_cast<uint64_t>(written);
    }
    return Status::Ok();
  }

  Status Sync() override {
    if (Uninterrupted([&] { return ::fdatasync(fd_.get()); }) != 0)
      return ErrnoStatus("sync", path_);
    return Status::Ok();
  }

  Status Truncate(uint64_t size) override {
    if (Uninterrupted([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); }) != 0) {
      return ErrnoStatus("truncate", path_);
    }
    return Status::Ok();
  }

  Status Allocate(uint64_t size) override {
    // posix_fallocate would emulate by writing where the file system cannot allocate; the call does
    // not.
    const int result = Uninterrupted(
        [&] { return ::fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size)); });
    if (result == 0 || errno == EOPNOTSUPP || errno == ENOSYS) return Status::Ok();
    return ErrnoStatus("allocate", path_);
  }

  Result<bool> IsAt(const std::string& path) const override {
    struct stat own {
    }, there{};
    if (::fstat(fd_.get(), &own) != 0) return ErrnoStatus("stat", path_);
    if (::stat(path.c_str(), &there) == 0) {
      return own.st_nlink > 0 && own.st_dev == there.st_dev && own.st_ino == there.st_ino;
    }
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return false;
    return ErrnoStatus("stat", path);
  }

 private:
  FileDescriptor fd_;
  std::string path_;
};

class PosixReadableFile final : public ReadableFile {
 public:
  PosixReadableFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  Result<size_t> ReadAt(uint64_t offset, size_t size, uint8_t* buffer) const override {
    size_t total = 0;
    while (total < size) {
      const ssize_t got = Uninterrupted([&] {
        return ::pread(fd_.get(), buffer + total, size - total, static_cast<off_t>(offset + total));
      });
      if (got < 0) return ErrnoStatus("read", path_);
      if (got == 0) break;
      total += static_cast<size_t>(got);
    }
    return total;
  }

  Result<uint64_t> Size() const override {
    struct stat info {};
    if (::fstat(fd_.get(), &info) != 0) return ErrnoStatus("stat", path_);
    return static_cast<uint64_t>(info.st_size);
  }

 private:
  FileDescriptor fd_;
  std::string path_;
};

class PosixEnv final : public Env {
 public:
  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path) override {
    const Result<int> fd = OpenFile(path, O_WRONLY | O_CREAT);
    if (!fd.ok()) return fd.status();
    return std::unique_ptr<WritableFile>(new PosixWritableFile(*fd, path));
  }

  Result<std::unique_ptr<WritableFile>> OpenPrivate(const std::string& path) override {
    constexpr mode_t kMode = 0600;
    const Result<int> fd = OpenFile(path, O_WRONLY | O_CREAT, kMode);
    if (!fd.ok()) return fd.status();
    auto file = std::make_unique<PosixWritableFile>(*fd, path);
    if (::fchmod(*fd, kMode) != 0) return ErrnoStatus("chmod", path);
    return std::unique_ptr<WritableFile>(std::move(file));
  }

  Result<std::unique_ptr<ReadableFile>> OpenReadable(const std::string& path) const override {
    const Result<int> fd = OpenFile(path, O_RDONLY);
    if (!fd.ok()) return fd.status();
    return std::unique_ptr<ReadableFile>(new PosixReadableFile(*fd, path));
  }

  Result<std::vector<std::string>> List(const std::string& directory) const override {
    DIR* dir = ::opendir(directory.c_str());
    if (dir == nullptr) return ErrnoStatus("list", directory);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(dir)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    // Half a list would pass for the whole: what is not in it would count as deleted.
    const int failure = errno;
    ::closedir(dir);
    if (failure != 0) return Status::FromErrno(failure, "list " + directory);
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<uint64_t> FileSize(const std::string& path) const override {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return ErrnoStatus("stat", path);
    return static_cast<uint64_t>(info.st_size);
  }

  bool Exists(const std::string& path) const override { return ::access(path.c_str(), F_OK) == 0; }

  Status CreateDirectories(const std::string& path) override {
    for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
      const std::string prefix = path.substr(0, slash);
      // On a read-only or foreign parent mkdir may complain of that first.
      if (::mkdir(prefix.c_str(), 0750) != 0) {
        const int failure = errno;
        if (!IsDirectory(prefix)) return Status::FromErrno(failure, "mkdir " + prefix);
      }
      if (slash == std::string::npos) return Status::Ok();
    }
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return ErrnoStatus("rename", from + " to " + to);
    return Status::Ok();
  }

  Status Link(const std::string& from, const std::string& to) override {
    if (::link(from.c_str(), to.c_str()) != 0) return ErrnoStatus("link", from + " to " + to);
    return Status::Ok();
  }

  Status Remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return ErrnoStatus("remove", path);
    return Status::Ok();
  }

  Status SyncDirectory(const std::string& path) override {
    const FileDescriptor fd(
        Uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (fd.get() < 0 || Uninterrupted([&] { return ::fsync(fd.get()); }) != 0) {
      return ErrnoStatus("sync directory", path);
    }
    return Status::Ok();
  }

  Result<uint64_t> FreeBytes(const std::string& path) const override {
    struct statvfs info {};
    if (::statvfs(path.c_str(), &info) != 0) return ErrnoStatus("statvfs", path);
    return static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
  }

  Result<std::unique_ptr<WritableFile>> Lock(const std::string& path) override {
    const Result<int> fd = OpenFile(path, O_RDWR | O_CREAT);
    if (!fd.ok()) return fd.status();
    auto file = std::make_unique<PosixWritableFile>(*fd, path);
    if (::flock(*fd, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return ErrnoStatus("lock", path);
      char holder[32] = {};
      const ssize_t got = ::pread(*fd, holder, sizeof(holder) - 1, 0);
      return Status::Unavailable(path + " is locked by another process" +
                                 (got > 0 ? std::string(", pid ") + holder : std::string()));
    }
    // The number is for people: a full disk that has no room for it is locked all the same.
    const std::string holder = std::to_string(::getpid());
    if (file->WriteAt(0, AsBytes(holder)).ok()) {
      static_cast<void>(file->Truncate(holder.size()).ok());
    }
    return std::unique_ptr<WritableFile>(std::move(file));
  }
};

}  // namespace

Env& Env::Posix() {
  static PosixEnv env;
  return env;
}

}  // namespace sluice
