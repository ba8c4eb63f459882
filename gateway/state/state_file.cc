#include "state/state_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/log.h"
#include "base/probe.h"
#include "state/schema.h"
#include "state/set_aside.h"

namespace sluice::state {
namespace {

constexpr mode_t kMode = 0600;  // retained messages are not for everybody on the machine

// Whether the file is at fault and not the machine around it; then it gives way to another.
bool IsDamage(const Status& status) {
  switch (status.code()) {
    case StatusCode::kCorruption:
    case StatusCode::kIoError:
    case StatusCode::kPermissionDenied:
    case StatusCode::kUnimplemented:
      return true;
    default:
      return false;
  }
}

}  // namespace

StateFile::StateFile(Env& env, DatabaseOptions options, StateMetrics* metrics)
    : env_(env), options_(std::move(options)), metrics_(*metrics) {}

StateFile::~StateFile() { Close(); }

Status StateFile::Open(const RetainedTable::Visitor& visit) {
  Status status = OpenOrBegin(&visit);
  started_ = true;
  // What is in a file that could not be read is not in memory, which wins.
  if (!status.ok() && !begun_) written_.reset();
  return status;
}

Status StateFile::Write(const Batch& batch) {
  if (database_ != nullptr && !IsInPlace()) {
    LogWarn("state: {} was removed or replaced while it was in use; it is written anew",
            options_.path);
    Close();
  }
  if (database_ == nullptr) SLUICE_RETURN_IF_ERROR(OpenOrBegin(nullptr));
  Status status = WriteRows(batch);
  if (!status.ok()) {
    // Opening looks at all of it again, and finds out whether the file is to blame.
    Close();
    return status;
  }
  const Result<uint64_t> bytes = database_->Bytes();
  if (bytes.ok()) bytes_ = *bytes;
  return status;
}

Status StateFile::WriteRows(const Batch& batch) {
  Transaction transaction(*database_);
  SLUICE_RETURN_IF_ERROR(transaction.Begin());
  for (const RetainedRow& row : batch.rows()) SLUICE_RETURN_IF_ERROR(retained_->Write(row));
  return transaction.Commit();
}

Status StateFile::OpenOrBegin(const RetainedTable::Visitor* visit) {
  Status status = OpenOnce(visit);
  if (status.ok() || !IsDamage(status)) return status;
  SLUICE_RETURN_IF_ERROR(PutAside(status));
  return OpenOnce(nullptr);
}

Status StateFile::OpenOnce(const RetainedTable::Visitor* visit) {
  Close();
  SLUICE_RETURN_IF_ERROR(PrepareFile());
  auto database = Database::Open(options_);
  if (!database.ok()) return database.status();
  SLUICE_RETURN_IF_ERROR(BringForward(**database));
  auto table = std::make_unique<RetainedTable>();
  SLUICE_RETURN_IF_ERROR(table->Open(**database));
  // What can be read is read before anything is said about the rest.
  if (visit != nullptr) SLUICE_RETURN_IF_ERROR(table->Read(*visit));
  SLUICE_RETURN_IF_ERROR((*database)->Check());
  database_ = std::move(*database);
  retained_ = std::move(table);
  return Status::Ok();
}

// Makes sure that what SQLite will open are files, and that the database is the one it should be.
Status StateFile::PrepareFile() {
  for (const char* suffix : {"-wal", "-journal", "-shm"}) {
    SLUICE_RETURN_IF_ERROR(ClearWay(options_.path + suffix));
  }
  // Opening a FIFO must not wait for its other end.
  const int fd =
      ::open(options_.path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, kMode);
  if (fd < 0) {
    if (errno == EISDIR) return Status::Corruption("it is a directory");
    return Status::FromErrno(errno, "open " + options_.path);
  }
  struct stat info {};
  const bool is_file = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  const int64_t version = is_file ? VersionIn(fd) : 0;
  if (is_file && (info.st_mode & 07777) != kMode) ::fchmod(fd, kMode);
  ::close(fd);
  if (!is_file) return Status::Corruption("it is no regular file");
  const Identity identity{static_cast<uint64_t>(info.st_dev), static_cast<uint64_t>(info.st_ino)};
  if (info.st_size == 0) {
    if (env_.Exists(options_.path + "-wal")) return Status::Corruption("it was emptied");
    SLUICE_RETURN_IF_ERROR(
        env_.SyncDirectory(std::filesystem::path(options_.path).parent_path().string()));
    begun_ = true;
  } else if (version > SchemaVersion()) {
    return NewerVersion(version);  // SQLite has not touched it
  } else if (started_ && written_ != identity) {
    return Status::Corruption("it is not the file that was written last");
  }
  written_ = identity;
  return Status::Ok();
}

Status StateFile::ClearWay(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || S_ISREG(info.st_mode)) return Status::Ok();
  return SetAside(env_, path, "is no regular file");
}

Status StateFile::PutAside(const Status& why) {
  Close();
  SLUICE_PROBE("state: the file is set aside");
  const bool newer = why.code() == StatusCode::kUnimplemented;
  SLUICE_RETURN_IF_ERROR(newer ? SetNewerAside(env_, options_.path, why.message())
                               : SetAside(env_, options_.path, why.message()));
  (newer ? metrics_.newer : metrics_.damaged).Add();
  written_.reset();
  return Status::Ok();
}

void StateFile::Close() {
  retained_.reset();
  database_.reset();
}

bool StateFile::IsInPlace() const {
  struct stat info {};
  return ::stat(options_.path.c_str(), &info) == 0 &&
         written_ ==
             Identity{static_cast<uint64_t>(info.st_dev), static_cast<uint64_t>(info.st_ino)};
}

}  // namespace sluice::state
