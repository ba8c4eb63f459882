#pragma once

#include <cstdint>
#include <string>

#include "base/env.h"
#include "base/status.h"
#include "journal/paths.h"

namespace sluice::journal {

struct RewrittenSegment {
  uint64_t bytes = 0;
  uint64_t lost_events = 0;  // that became gaps with reason `corrupt`
};

struct RewriteRequest {
  std::string source;  // a segment file, damaged or not
  uint64_t source_base = 0;
  uint64_t from = 0;  // the new segment's base
  uint64_t end = 0;   // covers [from, end)
  uint64_t stream_id = 0;
  int64_t now = 0;
  bool damaged = false;   // what can't be read becomes a gap; otherwise it is a failure
  bool compress = false;  // events are stored in blocks
};

// Writes the valid records of a segment into a new one, synced and in place under the name of
// `from` (which may be the source's own), with gap records for what is damaged, so that it covers
// [from, end) whole.
Result<RewrittenSegment> RewriteSegment(Env& env, const StreamPaths& paths,
                                        const RewriteRequest& request);

}  // namespace sluice::journal
