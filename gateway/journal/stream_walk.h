#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "journal/inspect.h"
#include "journal/paths.h"

namespace sluice::journal {

struct ListedSegment {
  uint64_t base = 0;
  uint64_t end = 0;  // the successor's base, or what the last one holds
  uint64_t bytes = 0;
  uint64_t end_bytes = 0;   // of the last one: behind its last record
  uint64_t torn_bytes = 0;  // of the last one
  bool sound_header = false;
  bool gap = false;
};

// The segments of a stream, in order, without changing anything. `stream_id` comes from
// FindStreamId().
Result<std::vector<ListedSegment>> ListSegments(const Env& env, const StreamPaths& paths,
                                                uint64_t stream_id);

// Walks over the records of a stream from an offset on, and over what is wrong with it.
class StreamWalk {
 public:
  using RecordVisitor = std::function<bool(const Record&)>;  // false ends the walk
  using FindingVisitor = std::function<void(const Finding&)>;

  StreamWalk(const Env& env, StreamPaths paths, RecordVisitor on_record, FindingVisitor on_finding);
  Status Run(uint64_t from_offset);

 private:
  Status WalkSegment(const ListedSegment& segment);
  void Take(const Record& record);
  void Lose(uint64_t end_offset, GapReason reason, Finding finding);

  const Env& env_;
  const StreamPaths paths_;
  const RecordVisitor on_record_;
  const FindingVisitor on_finding_;
  uint64_t stream_id_ = 0;
  uint64_t from_ = 0;
  uint64_t next_ = 0;  // every offset below has been visited
  bool stopped_ = false;
};

}  // namespace sluice::journal
