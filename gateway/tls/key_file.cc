#include "tls/key_file.h"

#include <sys/stat.h>

#include <cerrno>

namespace sluice::tls {

Status CheckSecretFile(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return Status::FromErrno(errno, "secret file " + path);
  if (!S_ISREG(info.st_mode)) return Status::InvalidArgument(path + " is not a regular file");
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return {StatusCode::kPermissionDenied,
            path + " holds a secret and is open to others than its owner; run: chmod 600 " + path};
  }
  return Status::Ok();
}

}  // namespace sluice::tls
