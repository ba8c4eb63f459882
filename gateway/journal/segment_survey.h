#pragma once

#include <cstdint>

#include "base/env.h"
#include "base/status.h"

namespace sluice::journal {

// What the last segment of a stream holds; see "End, torn tail, corruption" in FORMAT.md.
struct SegmentSurvey {
  uint64_t end_offset = 0;        // behind the last record that counts
  uint64_t end_bytes = 0;         // of the file, behind that record
  uint64_t torn_bytes = 0;        // behind end_bytes: never synced, to be cut
  uint64_t committed_offset = 0;  // everything below is proven to have been synced
  uint64_t committed_bytes = 0;   // of the file, no less than what holds committed_offset
  bool corrupt = false;           // there is damage before the end
};

// Reads a whole segment that begins at `base`. `floor` is the stream's floor; the end may lie below
// it. What can't be read counts as damage.
SegmentSurvey SurveySegment(const ReadableFile& file, uint64_t stream_id, uint64_t base,
                            uint64_t floor);

// The survey of a segment that can't be read at all: what it held is what the floor proves.
SegmentSurvey UnreadableSegment(uint64_t base, uint64_t floor);

}  // namespace sluice::journal
