#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/status.h"

struct sqlite3;
struct sqlite3_stmt;

namespace sluice::state {

// What SQLite says, in our words: SQLITE_CORRUPT, SQLITE_NOTADB and a schema that is not ours are
// kCorruption, SQLITE_FULL kNoSpace, SQLITE_READONLY and SQLITE_CANTOPEN kPermissionDenied,
// SQLITE_BUSY kUnavailable, SQLITE_NOMEM kResourceExhausted, everything else kIoError.

// A prepared statement. Ends before its database. Texts and bytes that are bound are borrowed until
// Reset; columns are views until the next Step.
class Statement {
 public:
  Statement() = default;
  Statement(sqlite3* database, sqlite3_stmt* statement)
      : database_(database), statement_(statement, &Finalize) {}

  // Parameters count from 1.
  void Bind(int at, int64_t value);
  void Bind(int at, std::string_view bytes);
  void BindNull(int at);
  // True: there is a row.
  Result<bool> Step();
  // Steps a statement without rows to its end, and resets it.
  Status Run();
  void Reset();

  // Columns count from 0.
  int64_t Number(int at) const;
  std::string_view Bytes(int at) const;
  bool IsNull(int at) const;

 private:
  static void Finalize(sqlite3_stmt* statement);

  sqlite3* database_ = nullptr;
  std::unique_ptr<sqlite3_stmt, void (*)(sqlite3_stmt*)> statement_{nullptr, &Finalize};
};

struct DatabaseOptions {
  std::string path;
  std::string vfs;  // a name that SQLite knows; empty: its own
  // The file cannot grow beyond it. Stops a defect of ours from filling the disk.
  uint64_t max_bytes = 20 << 20;
  // How long another process's lock is waited for.
  Duration busy_timeout = std::chrono::seconds(2);
};

// One connection, which no other process may share: there is no shared memory (-shm) to go wrong,
// and nobody whose reading keeps the log (-wal) from being cut. One thread at a time.
//
// Write-ahead log, synchronous = FULL: a transaction that has ended is committed, so that our words
// for durability mean the same here. NORMAL would sync only when the log is carried over, and what
// a power cut takes would depend on how much was written since. It costs one sync a transaction,
// of which there is at most one per linger.
class Database {
 public:
  // What its page cache and the index of its log take at most, about.
  static constexpr size_t kMemoryBytes = 256 << 10;
  // The log is carried over into the file from so many bytes on. It holds these and a transaction.
  static constexpr size_t kLogBytes = 1 << 20;

  // The file exists; an empty one is a new database.
  static Result<std::unique_ptr<Database>> Open(const DatabaseOptions& options);
  // Carries the log over and removes it.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Status Run(const std::string& sql);
  // The first column of the first row.
  Result<int64_t> Number(const std::string& sql);
  Result<Statement> Prepare(std::string_view sql);
  // Whether its pages hang together; reads all of them.
  Status Check();
  // Of the file.
  Result<uint64_t> Bytes();

 private:
  explicit Database(std::string path) : path_(std::move(path)) {}
  Status Configure(const DatabaseOptions& options);

  const std::string path_;
  sqlite3* database_ = nullptr;
};

// BEGIN … COMMIT; rolled back unless Commit was called.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  Status Begin();
  Status Commit();

 private:
  Database& database_;
  bool open_ = false;
};

}  // namespace sluice::state
