#include "transport/unix_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace sluice::transport {
namespace {

// Leaves room for "/proc/self/fd/N/".
constexpr size_t kMaxNameBytes = 80;

int NewSocket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

int BindTo(int socket, const sockaddr_un& address) {
  return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0
                                                                                          : errno;
}

// Whether nobody listens at the socket any more: its process was killed, or the power went.
bool IsDead(const sockaddr_un& address) {
  const int socket = NewSocket();
  if (socket < 0) return false;
  const int result = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const bool is_dead = result != 0 && errno == ECONNREFUSED;
  ::close(socket);
  return is_dead;
}

// Binds in the place of what is there already.
int Replace(int socket, const UnixPath& path) {
  struct stat there {};
  if (::fstatat(path.directory(), path.name().c_str(), &there, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno;
  }
  if (!S_ISSOCK(there.st_mode)) return EEXIST;
  if (!IsDead(path.address())) return EADDRINUSE;
  if (::unlinkat(path.directory(), path.name().c_str(), 0) != 0) return errno;
  return BindTo(socket, path.address());
}

}  // namespace

UnixPath::UnixPath(int directory, std::string path, std::string name)
    : directory_(directory), path_(std::move(path)), name_(std::move(name)) {}

UnixPath::UnixPath(UnixPath&& other) noexcept
    : directory_(std::exchange(other.directory_, -1)),
      path_(std::move(other.path_)),
      name_(std::move(other.name_)) {}

UnixPath::~UnixPath() {
  if (directory_ >= 0) ::close(directory_);
}

Result<UnixPath> UnixPath::Open(std::string_view address) {
  std::string path(address.substr(kUnixPrefix.size()));
  const size_t slash = path.rfind('/');
  std::string name = path.substr(slash == std::string::npos ? 0 : slash + 1);
  if (name.empty() || name.size() > kMaxNameBytes || path.find('\0') != std::string::npos) {
    return Status::InvalidArgument(fmt::format("'{}' names no file for a socket", address));
  }
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = ::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Status::FromErrno(errno, directory);
  return UnixPath(fd, std::move(path), std::move(name));
}

sockaddr_un UnixPath::address() const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::string path = path_;
  if (path.size() >= sizeof address.sun_path) {
    path = fmt::format("/proc/self/fd/{}/{}", directory_, name_);
  }
  std::copy(path.begin(), path.end(), address.sun_path);
  return address;
}

UnixSocketFile::UnixSocketFile(UnixPath path, int socket)
    : path_(std::move(path)), socket_(socket) {}

Result<std::unique_ptr<UnixSocketFile>> UnixSocketFile::Bind(std::string_view address,
                                                             mode_t mode) {
  Result<UnixPath> path = UnixPath::Open(address);
  if (!path.ok()) return path.status();
  const int socket = NewSocket();
  if (socket < 0) return Status::FromErrno(errno, "socket");
  std::unique_ptr<UnixSocketFile> file(new UnixSocketFile(std::move(*path), socket));
  const UnixPath& place = file->path_;
  int error = BindTo(socket, place.address());
  if (error == EADDRINUSE) error = Replace(socket, place);
  if (error == 0 && ::fchmodat(place.directory(), place.name().c_str(), mode, 0) != 0) {
    error = errno;
  }
  if (error != 0) return Status::FromErrno(error, "listen on " + place.path());
  ::fstatat(place.directory(), place.name().c_str(), &file->identity_, AT_SYMLINK_NOFOLLOW);
  return file;
}

UnixSocketFile::~UnixSocketFile() {
  if (socket_ >= 0) ::close(socket_);
  struct stat there {};
  const char* const name = path_.name().c_str();
  if (::fstatat(path_.directory(), name, &there, AT_SYMLINK_NOFOLLOW) != 0) return;
  if (there.st_ino != identity_.st_ino || there.st_dev != identity_.st_dev) return;
  ::unlinkat(path_.directory(), name, 0);
}

int UnixSocketFile::Release() { return std::exchange(socket_, -1); }

}  // namespace sluice::transport
