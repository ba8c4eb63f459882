#pragma once

#include <fmt/format.h>

#include <string>

#include "base/status.h"
#include "state/database.h"

namespace sluice::state {

// Steps through `select` until it ends, fails, or comes to the row whose key (column 0) is
// `*until`. `visit` returns whether the row is sound.
template <typename Visit>
Status ReadRowsUntil(Statement* select, const std::string* until, const Visit& visit,
                     std::string* last, uint64_t* damaged) {
  Status status;
  for (;;) {
    const Result<bool> more = select->Step();
    if (!more.ok()) status = more.status();
    if (!more.ok() || !*more) break;
    if (until != nullptr && select->Bytes(0) == *until) break;
    *last = select->Bytes(0);
    if (!visit(*select)) ++*damaged;
  }
  select->Reset();
  return status;
}

// Shows every row of a table that can be reached, read in the order of its key and, if a page in
// the middle is lost, what lies behind it from the other end; then some may be shown twice.
// kCorruption or kIoError: some are not sound, or can't be reached.
template <typename Visit>
Status ReadRows(Statement* forwards, Statement* backwards, const Visit& visit) {
  uint64_t damaged = 0;
  std::string last;
  Status status = ReadRowsUntil(forwards, nullptr, visit, &last, &damaged);
  if (!status.ok()) {
    const std::string until = last;
    static_cast<void>(ReadRowsUntil(backwards, &until, visit, &last, &damaged));
    return status;
  }
  if (damaged == 0) return status;
  return Status::Corruption(fmt::format("{} rows are not what was written", damaged));
}

}  // namespace sluice::state
