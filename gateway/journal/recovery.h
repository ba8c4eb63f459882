#pragma once

#include <cstdint>

#include "base/env.h"
#include "base/status.h"
#include "journal/stream_store.h"

namespace sluice::journal {

struct RecoveryReport {
  uint64_t torn_bytes = 0;
  uint64_t quarantined = 0;  // segments
  uint64_t lost_events = 0;  // that became gaps because of damage
};

// The stream id that a segment of the stream names, for when the state file can't be read; 0 if
// there is none.
uint64_t FindStreamId(const Env& env, const StreamPaths& paths);

// Fills `store` from what is on disk, cutting, salvaging and rewriting as FORMAT.md says. `floor`:
// the next offset is at least this. Fails only when the directory can't be listed; whatever is
// wrong with the files is reported and survived.
Result<RecoveryReport> RecoverStream(Env& env, uint64_t floor, StreamStore* store);

}  // namespace sluice::journal
