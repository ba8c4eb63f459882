#include "config/machine.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "tls/key_file.h"

namespace sluice::config {

bool Machine::CheckExists(const std::string& path, const std::string& file) {
  if (file.empty() || env_.Exists(file)) return true;
  diagnostics_.Fault(path, file + " does not exist; create it or correct the path");
  return false;
}

bool Machine::CheckSecret(const std::string& path, const std::string& file) {
  if (file.empty()) return true;
  const Status status = tls::CheckSecretFile(file);
  if (!status.ok()) diagnostics_.Fault(path, status.message());
  return status.ok();
}

void Machine::CheckBind(const std::string& path, const transport::SocketAddress& address) {
  const Status status = transport::CheckBindable(address.storage());
  if (!status.ok()) diagnostics_.Fault(path, status.message());
}

// Every directory above it that is there already has to be one, and the lowest to be writable.
void Machine::CheckDirectory(const std::string& path, const std::string& directory) {
  std::filesystem::path there = directory;
  const auto cannot_be_made = [&] {
    diagnostics_.Fault(path, fmt::format("{} can't be created: {} is not a directory we may enter",
                                         directory, there.string()));
  };
  struct stat info {};
  while (::stat(there.c_str(), &info) != 0) {
    if (errno != ENOENT) return cannot_be_made();
    if (!there.has_relative_path()) break;
    there = there.parent_path();
  }
  if (there.has_relative_path() && !S_ISDIR(info.st_mode)) return cannot_be_made();
  if (::access(there.c_str(), W_OK | X_OK) == 0) return;
  diagnostics_.Fault(
      path, fmt::format("{} can't be written: {}: {}; correct the path or the directory's owner",
                        directory, there.string(), std::strerror(errno)));
}

}  // namespace sluice::config
