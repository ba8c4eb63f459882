#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/case_file.h"
#include "sim/stored_stream.h"
#include "sim/witness.h"

namespace sluice::sim {

// Judges what is stored against what was accepted, told and seen (1, 2, 4): each accepted offset is
// stored as the event that it was, lies in a gap for a reason that the stream may have, or was
// deleted after all its routes were done with it. What was lost at the end of a stream was neither
// told to be safe nor seen.
class StoreJudge {
 public:
  // The file outlives it.
  explicit StoreJudge(CaseFile& file) : file_(file) {}

  void OnArrived(const std::vector<Entry>& entries);
  // When nothing is pending: each route is done with every offset, and upstream knows.
  void LookAtPassed();
  void Look(const std::vector<StoredStream>& streams);

 private:
  void LookAtReading(const Entry& entry, const Fate& fate);
  void LookAtEnd(StreamBook& book, const StoredStream& stored);
  void LookAtLost(StreamBook& book, uint64_t offset, uint64_t end);
  void LookAtFront(StreamBook& book, const StoredStream& stored);
  void LookAtRuns(StreamBook& book, const StoredStream& stored);
  void LookAtGap(StreamBook& book, const StoredRun& gap);
  static bool PassedByAll(const StreamBook& book, const StoredRun& run);
  bool MayHave(const StreamBook& book, const std::string& gap_reason) const;

  CaseFile& file_;
  bool saw_upstream_ = false;  // something has arrived there, ever
};

}  // namespace sluice::sim
