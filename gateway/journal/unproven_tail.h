#pragma once

#include <cstdint>

#include "base/env.h"
#include "base/status.h"
#include "journal/stream_store.h"

namespace sluice::journal {

// The records at the end of a stream of which nothing shows that they were ever synced: a process
// was killed before its sync ended, or after it had failed. Nobody may be told of them before they
// are synced by us, and a sync alone shows nothing: after one that failed the kernel takes pages
// for clean that it has not written.
struct UnprovenTail {
  uint64_t base = 0;           // of the segment that holds them, the last one
  uint64_t offset = 0;         // where they begin
  uint64_t offset_bytes = 0;   // of the file, no less than what is before them
  uint64_t end_bytes = 0;      // of the file, behind them
  bool behind_damage = false;  // of which nothing could be repaired
};

// Writes them once more and syncs that: into a segment of their own, or, where there is no room or
// no way for another, where they lie. Nothing was proven if it fails; it may be tried again as long
// as nothing was appended to `store`.
Status ProveTail(Env& env, const UnprovenTail& tail, StreamStore* store);

// Cuts off what is behind `bytes` of the segment, reserved space as well, and syncs the rest.
Status CutSegment(Env& env, uint64_t base, uint64_t bytes, StreamStore* store);

}  // namespace sluice::journal
