#include "app/file_stamps.h"

#include <sys/stat.h>

namespace sluice::app {
namespace {

uint64_t Nanos(const timespec& time) {
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

FileStamp StampOf(const std::string& file) {
  struct stat info {};
  if (stat(file.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino, static_cast<uint64_t>(info.st_size), Nanos(info.st_mtim),
          Nanos(info.st_ctim)};
}

}  // namespace

std::vector<FileStamp> StampsOf(const std::vector<std::string>& files) {
  std::vector<FileStamp> stamps;
  stamps.reserve(files.size());
  for (const std::string& file : files) stamps.push_back(StampOf(file));
  return stamps;
}

}  // namespace sluice::app
