#pragma once

#include <sys/stat.h>
#include <sys/un.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice::transport {

// Addresses of listeners and connectors that begin so name a file: "unix:/var/lib/x/control.sock".
inline constexpr std::string_view kUnixPrefix = "unix:";
inline bool IsUnixAddress(std::string_view address) { return address.starts_with(kUnixPrefix); }

// Where a Unix socket is or is going to be: a name in a directory, which stays open. The kernel
// takes no path of more than 107 bytes; a longer one leads through the directory's descriptor.
class UnixPath {
 public:
  // "unix:PATH". The directory must exist.
  static Result<UnixPath> Open(std::string_view address);
  ~UnixPath();
  UnixPath(UnixPath&& other) noexcept;
  UnixPath& operator=(UnixPath&&) = delete;

  sockaddr_un address() const;  // valid while this lives
  int directory() const { return directory_; }
  const std::string& name() const { return name_; }
  const std::string& path() const { return path_; }

 private:
  UnixPath(int directory, std::string path, std::string name);

  int directory_;
  std::string path_, name_;
};

// The file of a listening socket. Takes the place of one that a killed process left behind, never
// that of a living process or of another kind of file. Two processes that start at the same moment
// may both take a dead one's place, and then the later has it; the owner of the directory
// excludes that (LOCK in a data directory).
class UnixSocketFile {
 public:
  // Binds, does not listen yet; so nobody gets in before the file has its mode.
  static Result<std::unique_ptr<UnixSocketFile>> Bind(std::string_view address, mode_t mode);
  // Removes the file, unless it is another's by now.
  ~UnixSocketFile();
  UnixSocketFile(const UnixSocketFile&) = delete;
  UnixSocketFile& operator=(const UnixSocketFile&) = delete;

  // The bound socket; the caller closes it. Once.
  int Release();

 private:
  UnixSocketFile(UnixPath path, int socket);

  const UnixPath path_;
  int socket_;
  struct stat identity_ {};
};

}  // namespace sluice::transport
