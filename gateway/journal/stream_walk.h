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
  // Of the last one: below it everything is proven to have been synced, by the file alone.
  uint64_t committed = 0;
  bool sound_header = false;
  bool gap = false;
  int64_t created = 0;
};

// The segments of a stream, in order, without changing anything, as they were at one moment though
// a gateway rolls, evicts and deletes meanwhile. `stream_id` comes from FindStreamId().
// kUnavailable if that goes too fast.
Result<std::vector<ListedSegment>> ListSegments(const Env& env, const StreamPaths& paths,
                                                uint64_t stream_id);

// Walks over the records of a stream from an offset on, and over what is wrong with it. Whatever
// looks wrong is looked at once more before it is told: a running gateway may have replaced, cut or
// deleted the file, and then the walk goes on with what is there now. What the gateway has deleted
// from under it shows as a gap (`missing`) and is no finding.
class StreamWalk {
 public:
  using RecordVisitor = std::function<bool(const Record&)>;  // false ends the walk
  using FindingVisitor = std::function<void(const Finding&)>;

  StreamWalk(const Env& env, StreamPaths paths, RecordVisitor on_record, FindingVisitor on_finding);
  Status Run(uint64_t from_offset);

 private:
  Status WalkListed(const std::vector<ListedSegment>& segments);
  Status WalkSegment(const ListedSegment& segment);
  bool IsStillSo(const ListedSegment* segment) const;
  void Take(const Record& record);
  void Lose(const ListedSegment* segment, uint64_t end_offset, GapReason reason, Finding finding);

  const Env& env_;
  const StreamPaths paths_;
  const RecordVisitor on_record_;
  const FindingVisitor on_finding_;
  uint64_t stream_id_ = 0;
  uint64_t next_ = 0;  // every offset below has been visited
  bool stopped_ = false;
  bool stale_ = false;           // the list is no longer what is there
  std::vector<uint64_t> bases_;  // of the list
};

}  // namespace sluice::journal
