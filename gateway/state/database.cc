#include "state/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cerrno>

namespace sluice::state {
namespace {

StatusCode CodeOf(int result) {
  switch (result & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:  // SQL that does not fit the schema
    case SQLITE_SCHEMA:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
      return StatusCode::kCorruption;
    case SQLITE_FULL:
      return StatusCode::kNoSpace;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return StatusCode::kPermissionDenied;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StatusCode::kUnavailable;
    case SQLITE_NOMEM:
      return StatusCode::kResourceExhausted;
    default:
      return StatusCode::kIoError;
  }
}

// What the system said to SQLite, where that tells more: SQLITE_CANTOPEN may be a full disk.
StatusCode CodeOf(sqlite3* database, int result) {
  switch (const int error = sqlite3_system_errno(database)) {
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return Status::FromErrno(error, "").code();
    default:
      return CodeOf(result);
  }
}

// `database` may be null.
Status Failure(sqlite3* database, int result) {
  if (database == nullptr) return {CodeOf(result), sqlite3_errstr(result)};
  return {CodeOf(database, result), fmt::format("SQLite: {} ({})", sqlite3_errmsg(database),
                                                sqlite3_extended_errcode(database))};
}

}  // namespace

void Statement::Finalize(sqlite3_stmt* statement) { sqlite3_finalize(statement); }

void Statement::Bind(int at, int64_t value) {
  SLUICE_CHECK(sqlite3_bind_int64(statement_.get(), at, value) == SQLITE_OK);
}

void Statement::Bind(int at, std::string_view bytes) {
  // Null would be NULL, which an empty blob is not.
  const char* const data = bytes.empty() ? "" : bytes.data();
  SLUICE_CHECK(sqlite3_bind_blob64(statement_.get(), at, data, bytes.size(), SQLITE_STATIC) ==
               SQLITE_OK);
}

void Statement::BindNull(int at) {
  SLUICE_CHECK(sqlite3_bind_null(statement_.get(), at) == SQLITE_OK);
}

Result<bool> Statement::Step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return Failure(database_, result);
}

Status Statement::Run() {
  const Result<bool> row = Step();
  Status status = row.ok() ? Status::Ok() : row.status();
  Reset();
  return status;
}

void Statement::Reset() {
  sqlite3_reset(statement_.get());  // repeats the failure of the last step, which was told
  sqlite3_clear_bindings(statement_.get());
}

int64_t Statement::Number(int at) const { return sqlite3_column_int64(statement_.get(), at); }

std::string_view Statement::Bytes(int at) const {
  const void* const data = sqlite3_column_blob(statement_.get(), at);
  const int size = sqlite3_column_bytes(statement_.get(), at);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<size_t>(size)};
}

bool Statement::IsNull(int at) const {
  return sqlite3_column_type(statement_.get(), at) == SQLITE_NULL;
}

Result<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  std::unique_ptr<Database> database(new Database(options.path));
  const int result = sqlite3_open_v2(options.path.c_str(), &database->database_,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                                     options.vfs.empty() ? nullptr : options.vfs.c_str());
  if (result != SQLITE_OK) return Failure(database->database_, result);
  SLUICE_RETURN_IF_ERROR(database->Configure(options));
  return database;
}

Database::~Database() { SLUICE_CHECK(sqlite3_close(database_) == SQLITE_OK); }

Status Database::Configure(const DatabaseOptions& options) {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  sqlite3_extended_result_codes(database_, 1);
  sqlite3_busy_timeout(database_,
                       static_cast<int>(duration_cast<milliseconds>(options.busy_timeout).count()));
  // Whoever can damage the file must not make us run what it says.
  sqlite3_db_config(database_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(database_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(database_, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  SLUICE_RETURN_IF_ERROR(Run("PRAGMA locking_mode = EXCLUSIVE"));
  SLUICE_RETURN_IF_ERROR(Run("PRAGMA journal_mode = WAL"));
  SLUICE_RETURN_IF_ERROR(Run("PRAGMA synchronous = FULL"));
  SLUICE_RETURN_IF_ERROR(Run("PRAGMA cell_size_check = ON"));
  SLUICE_RETURN_IF_ERROR(Run("PRAGMA temp_store = MEMORY"));
  SLUICE_RETURN_IF_ERROR(Run("PRAGMA cache_size = -128"));  // KiB
  const Result<int64_t> page = Number("PRAGMA page_size");
  if (!page.ok()) return page.status();
  const auto page_bytes = static_cast<uint64_t>(std::max<int64_t>(*page, 512));
  SLUICE_RETURN_IF_ERROR(
      Run(fmt::format("PRAGMA wal_autocheckpoint = {}", kLogBytes / page_bytes)));
  SLUICE_RETURN_IF_ERROR(Run(fmt::format("PRAGMA journal_size_limit = {}", kLogBytes)));
  return Run(fmt::format("PRAGMA max_page_count = {}", options.max_bytes / page_bytes));
}

Status Database::Run(const std::string& sql) {
  const int result = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  return result == SQLITE_OK ? Status::Ok() : Failure(database_, result);
}

Result<int64_t> Database::Number(const std::string& sql) {
  auto statement = Prepare(sql);
  if (!statement.ok()) return statement.status();
  const Result<bool> row = statement->Step();
  if (!row.ok()) return row.status();
  if (!*row) return Status::Corruption(sql + " says nothing");
  return statement->Number(0);
}

Result<Statement> Database::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (result != SQLITE_OK) return Failure(database_, result);
  return Statement(database_, statement);
}

Status Database::Check() {
  auto statement = Prepare("PRAGMA quick_check(1)");
  if (!statement.ok()) return statement.status();
  const Result<bool> row = statement->Step();
  if (!row.ok()) return row.status();
  const std::string_view says = *row ? statement->Bytes(0) : "nothing";
  if (says == "ok") return Status::Ok();
  return Status::Corruption(fmt::format("SQLite: {}", says));
}

Result<uint64_t> Database::Bytes() {
  const Result<int64_t> pages = Number("PRAGMA page_count");
  if (!pages.ok()) return pages.status();
  const Result<int64_t> page = Number("PRAGMA page_size");
  if (!page.ok()) return page.status();
  return static_cast<uint64_t>(*pages) * static_cast<uint64_t>(*page);
}

Transaction::~Transaction() {
  // SQLite may have rolled back by itself; then this fails, and nothing is open.
  if (open_) static_cast<void>(database_.Run("ROLLBACK"));
}

Status Transaction::Begin() {
  Status status = database_.Run("BEGIN IMMEDIATE");
  open_ = status.ok();
  return status;
}

Status Transaction::Commit() {
  Status status = database_.Run("COMMIT");
  if (status.ok()) open_ = false;
  return status;
}

}  // namespace sluice::state
