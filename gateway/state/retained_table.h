#pragma once

#include <cstdint>
#include <functional>

#include "base/status.h"
#include "state/database.h"
#include "state/retained_row.h"
#include "state/schema.h"

namespace sluice::state {

// The table of retained messages. Ends before its database.
class RetainedTable {
 public:
  using Row = RetainedRow;
  using Visitor = std::function<void(RetainedRow)>;
  static const Schema kSchema;

  // Prepares its statements.
  Status Open(Database& database);

  // Stores or removes the topic's row.
  Status Write(const RetainedRow& row);
  // Visits every row that is sound. kCorruption or kIoError: some are not, or can't be reached; the
  // others have been visited, those behind the damage from the other end, some of them twice.
  Status Read(const Visitor& visit);

 private:
  Statement put_, remove_, forwards_, backwards_;
};

}  // namespace sluice::state
