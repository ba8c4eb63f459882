#pragma once

#include <functional>

#include "base/status.h"
#include "state/database.h"
#include "state/identity_row.h"
#include "state/schema.h"

namespace sluice::state {

// The table of those who may come in, in a file of its own: it is written seldom, and what happens
// to the file of retained messages, which is written all the time, does not touch it. Ends before
// its database.
class IdentityTable {
 public:
  using Row = IdentityRow;
  using Visitor = std::function<void(IdentityRow)>;
  static const Schema kSchema;

  // Prepares its statements.
  Status Open(Database& database);

  // Stores or removes the name's row.
  Status Write(const IdentityRow& row);
  // As RetainedTable::Read.
  Status Read(const Visitor& visit);

 private:
  Statement put_, remove_, forwards_, backwards_;
};

}  // namespace sluice::state
