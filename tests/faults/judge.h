#pragma once

#include <string>

#include "faults/ledger.h"
#include "faults/life.h"

namespace sluice::faults {

// Looks at a journal that was opened on what a power cut, or a bad medium, has left, and compares
// it with what the world had been told. Reads as an uplink does; knows nothing of files.
class Judge {
 public:
  // With `is_damaged` events may be gone from the middle, if a gap says so.
  explicit Judge(bool is_damaged) : is_damaged_(is_damaged) {}

  // What is wrong with the journal of `life`; empty if nothing is. Takes from the ledger what the
  // power cut took from the journal: events that nobody had been told of.
  std::string Examine(Life* life, Ledger* ledger);

  // What it has met so far, in events.
  struct Met {
    uint64_t stored = 0, evicted = 0, dropped = 0, damaged = 0;
  };
  const Met& met() const { return met_; }

 private:
  std::string ExamineStream(Life* life, StreamLedger* ledger);
  std::string ExamineBooks(const journal::Stream& stream, const StreamLedger& ledger) const;
  std::string ExamineRecord(const journal::Record& record, StreamLedger* ledger, uint64_t first);

  const bool is_damaged_;
  Met met_;
};

}  // namespace sluice::faults
