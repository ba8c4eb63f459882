#pragma once

#include <cstdint>
#include <optional>

#include "base/env.h"
#include "base/status.h"
#include "journal/stream_store.h"
#include "journal/unproven_tail.h"

namespace sluice::journal {

struct RecoveryReport {
  uint64_t torn_bytes = 0;
  uint64_t quarantined = 0;  // segments
  uint64_t lost_events = 0;  // that became gaps because of damage
  // What could not be synced yet, whatever was tried; nobody may be told of it.
  std::optional<UnprovenTail> unproven;
};

// What is known of a stream from other files than its segments.
struct ProvenOffsets {
  uint64_t committed = 0;     // every offset below it has been given away
  uint64_t acknowledged = 0;  // every route has passed what lies below it
};

// kUnimplemented, with words for people, when a file of the stream is sound and of a version that
// this program does not know; kResourceExhausted when too many files are open to look. Then nothing
// may be changed.
Status CheckFormat(const Env& env, const StreamPaths& paths);

// The stream id that a segment or a cursor of the stream names, for when the state file can't be
// read; 0 if there is none. Fails only with kResourceExhausted.
Result<uint64_t> FindStreamId(const Env& env, const StreamPaths& paths);

// Fills `store` from what is on disk, cutting, salvaging and rewriting as FORMAT.md says, so that
// its records end where `proven` says or later. Fails only when the directory can't be listed,
// or with kResourceExhausted, and then nothing was
// taken for damaged that could not be opened; whatever is wrong with the files is
// reported and survived.
Result<RecoveryReport> RecoverStream(Env& env, const ProvenOffsets& proven, StreamStore* store);

}  // namespace sluice::journal
