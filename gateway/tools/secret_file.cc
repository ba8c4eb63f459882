#include "tools/secret_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace sluice::tools {

Status WriteSecretFile(const std::string& path, const std::string& content) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return Status::FromErrno(errno, path);
  Status status;
  for (size_t done = 0; status.ok() && done < content.size();) {
    const ssize_t written = ::write(file, content.data() + done, content.size() - done);
    if (written < 0 && errno != EINTR) status = Status::FromErrno(errno, path);
    if (written > 0) done += static_cast<size_t>(written);
  }
  if (status.ok() && ::fsync(file) != 0) status = Status::FromErrno(errno, path);
  ::close(file);
  if (!status.ok()) ::unlink(path.c_str());
  return status;
}

}  // namespace sluice::tools
