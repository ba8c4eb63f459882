#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/env.h"
#include "base/status.h"
#include "state/batch.h"
#include "state/database.h"
#include "state/state_metrics.h"

namespace sluice::state {

// A database file with one table through its lives: it is opened, written, found damaged, set
// aside, begun anew, lost with its disk and found again. One thread at a time.
//
// Invariants:
//   - what cannot be believed is renamed, never read again and never written over;
//   - what is in the file was in memory at one moment: a file that is not the one which was written
//     last is set aside, and the next begins empty.
//
// Table is RetainedTable or IdentityTable.
template <typename Table>
class StateFile {
 public:
  using Row = typename Table::Row;
  using Visitor = typename Table::Visitor;

  // Everything outlives it.
  StateFile(Env& env, DatabaseOptions options, StateMetrics* metrics);
  ~StateFile();

  // At the start, once. Visits what is sound. A failure means that nothing can be written now, and
  // perhaps nothing could be read; Write tries again.
  Status Open(const Visitor& visit);
  // One transaction; committed when it returns. Opens what is not open. After a failure nothing of
  // the batch is there.
  Status Write(const RowBatch<Row>& batch);

  // True once after a file was begun: everything has to be written again.
  bool TakeBegun() { return std::exchange(begun_, false); }
  uint64_t bytes() const { return bytes_; }

 private:
  Status OpenOrBegin(const Visitor* visit);
  Status OpenOnce(const Visitor* visit);
  Status PrepareFile();
  Status ClearWay(const std::string& path);
  Status PutAside(const Status& why);
  Status WriteRows(const RowBatch<Row>& batch);
  void Close();
  bool IsInPlace() const;

  Env& env_;
  const DatabaseOptions options_;
  StateMetrics& metrics_;
  std::unique_ptr<Database> database_;  // null: not open
  std::unique_ptr<Table> table_;
  // The file that holds what was written; null: there is none. It is never closed while SQLite has
  // the same file open, whose locks would go with it.
  std::unique_ptr<WritableFile> written_;
  bool started_ = false;  // Open has been
  bool begun_ = false;
  uint64_t bytes_ = 0;
};

}  // namespace sluice::state
