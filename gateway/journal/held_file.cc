#include "journal/held_file.h"

namespace sluice::journal {

Status CheckIsAt(const WritableFile& file, const std::string& path) {
  const Result<bool> there = file.IsAt(path);
  if (!there.ok()) return there.status();
  if (*there) return Status::Ok();
  return Status::NotFound(
      path +
      " is gone or is another file: its directory was deleted, moved, replaced or mounted over. "
      "Put it back as it was, or stop the gateway and start it on the right one");
}

Status HeldFile::CheckInPlace() const {
  return file_ == nullptr ? Status::Ok() : CheckIsAt(*file_, path_);
}

}  // namespace sluice::journal
