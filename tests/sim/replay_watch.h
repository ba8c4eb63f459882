#pragma once

#include <cstddef>
#include <cstdint>

#include "ingest/letter_replay.h"
#include "sim/witness.h"

namespace sluice::sim {

// Tells the witness which offsets letters that are replayed were given, one by one and before
// anything is accepted behind them. The witness outlives it.
class ReplayWatch {
 public:
  explicit ReplayWatch(Witness& witness) : witness_(witness) {}

  // After each task of the process and before each message that it takes. `batch` is the one under
  // way or the last one.
  void Look(const ingest::ReplayBatch& batch);

 private:
  Witness& witness_;
  uint64_t number_ = 0;  // of the batch
  size_t next_ = 0;      // letter of it
};

}  // namespace sluice::sim
