#include "state/state_file.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "base/log.h"
#include "base/probe.h"
#include "state/identity_table.h"
#include "state/retained_table.h"
#include "state/schema.h"
#include "state/set_aside.h"

namespace sluice::state {
namespace {

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

template <typename Table>
StateFile<Table>::StateFile(Env& env, DatabaseOptions options, StateMetrics* metrics)
    : env_(env), options_(std::move(options)), metrics_(*metrics) {}

template <typename Table>
StateFile<Table>::~StateFile() {
  Close();
}

template <typename Table>
Status StateFile<Table>::Open(const Visitor& visit) {
  Status status = OpenOrBegin(&visit);
  started_ = true;
  // What is in a file that could not be read is not in memory, which wins.
  if (!status.ok() && !begun_) written_.reset();
  return status;
}

template <typename Table>
Status StateFile<Table>::Write(const RowBatch<Row>& batch) {
  if (database_ != nullptr && !IsInPlace()) {
    LogWarn("{}: {} was removed or replaced while it was in use; it is written anew",
            Table::kSchema.part, options_.path);
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

template <typename Table>
Status StateFile<Table>::WriteRows(const RowBatch<Row>& batch) {
  Transaction transaction(*database_);
  SLUICE_RETURN_IF_ERROR(transaction.Begin());
  for (const Row& row : batch.rows()) SLUICE_RETURN_IF_ERROR(table_->Write(row));
  return transaction.Commit();
}

template <typename Table>
Status StateFile<Table>::OpenOrBegin(const Visitor* visit) {
  Status status = OpenOnce(visit);
  if (status.ok() || !IsDamage(status)) return status;
  SLUICE_RETURN_IF_ERROR(PutAside(status));
  return OpenOnce(nullptr);
}

template <typename Table>
Status StateFile<Table>::OpenOnce(const Visitor* visit) {
  Close();
  SLUICE_RETURN_IF_ERROR(PrepareFile());
  auto database = Database::Open(options_);
  if (!database.ok()) return database.status();
  SLUICE_RETURN_IF_ERROR(BringForward(Table::kSchema, **database));
  auto table = std::make_unique<Table>();
  SLUICE_RETURN_IF_ERROR(table->Open(**database));
  // What can be read is read before anything is said about the rest.
  if (visit != nullptr) SLUICE_RETURN_IF_ERROR(table->Read(*visit));
  SLUICE_RETURN_IF_ERROR((*database)->Check());
  database_ = std::move(*database);
  table_ = std::move(table);
  return Status::Ok();
}

// Makes sure that what SQLite will open are files, and that the database is the one it should be.
template <typename Table>
Status StateFile<Table>::PrepareFile() {
  for (const char* suffix : {"-wal", "-journal", "-shm"}) {
    SLUICE_RETURN_IF_ERROR(ClearWay(options_.path + suffix));
  }
  auto file = env_.OpenPrivate(options_.path);
  if (!file.ok()) return file.status();
  const auto size = env_.FileSize(options_.path);
  if (!size.ok()) return size.status();
  const int64_t version = VersionIn(Table::kSchema, env_, options_.path);
  if (*size == 0) {
    if (env_.Exists(options_.path + "-wal")) return Status::Corruption("it was emptied");
    SLUICE_RETURN_IF_ERROR(
        env_.SyncDirectory(std::filesystem::path(options_.path).parent_path().string()));
    begun_ = true;
  } else if (version > Table::kSchema.version()) {
    return NewerVersion(Table::kSchema, version);  // SQLite has not touched it
  } else if (started_ && !IsInPlace()) {
    return Status::Corruption("it is not the file that was written last");
  }
  written_ = std::move(*file);
  return Status::Ok();
}

// What cannot be opened as a file.
template <typename Table>
Status StateFile<Table>::ClearWay(const std::string& path) {
  if (!env_.Exists(path)) return Status::Ok();
  const auto file = env_.OpenReadable(path);
  if (file.ok() || file.status().code() != StatusCode::kIoError) return Status::Ok();
  return SetAside(env_, path, "is no regular file");
}

template <typename Table>
Status StateFile<Table>::PutAside(const Status& why) {
  Close();
  SLUICE_PROBE("state: the file is set aside");
  const bool newer = why.code() == StatusCode::kUnimplemented;
  SLUICE_RETURN_IF_ERROR(newer ? SetNewerAside(env_, options_.path, why.message())
                               : SetAside(env_, options_.path, why.message()));
  (newer ? metrics_.newer : metrics_.damaged).Add();
  written_.reset();
  return Status::Ok();
}

template <typename Table>
void StateFile<Table>::Close() {
  table_.reset();
  database_.reset();
}

template <typename Table>
bool StateFile<Table>::IsInPlace() const {
  if (written_ == nullptr) return false;
  const Result<bool> is_at = written_->IsAt(options_.path);
  return is_at.ok() && *is_at;
}

template class StateFile<RetainedTable>;
template class StateFile<IdentityTable>;

}  // namespace sluice::state
