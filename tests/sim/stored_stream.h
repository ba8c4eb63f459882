#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/witness.h"

namespace sluice::sim {

// What the medium holds of one stream, in the order of offsets and without a hole.
struct StoredRun {
  uint64_t first = 0, last = 0;  // offsets; equal for an event
  Token token = 0;               // of an event; 0: it holds none
  std::string gap_reason = {};   // "evicted", "dropped", "corrupt", "missing"; empty: an event
  std::string letter = {};       // LetterKey of a dead letter of an event; empty: it is none
};
struct StoredStream {
  std::string name;
  uint64_t first = 0, end = 0;  // what is below was deleted; the stream goes on at `end`
  std::vector<StoredRun> runs;  // cover [first, end)
};

}  // namespace sluice::sim
