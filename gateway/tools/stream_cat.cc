#include "tools/stream_cat.h"

#include <fmt/format.h>

#include <deque>

#include "journal/inspect.h"

namespace sluice::tools {
namespace {

// The floor may be behind what is committed while it cannot be written: a look at everything now
// and then, every five seconds.
constexpr int kLooksPerFullLook = 20;
constexpr uint64_t kTailGrowth = 4;

class Follower {
 public:
  Follower(const Env& env, const std::string& directory, const std::string& stream, uint64_t from,
           const RecordVisitor& visit)
      : env_(env), directory_(directory), stream_(stream), next_(from), visit_(visit) {}

  bool wants_more() const { return wants_more_; }

  Status Look() {
    if (looks_++ % kLooksPerFullLook != 0) {
      return Visit(journal::FloorOf(env_, directory_, stream_));
    }
    const Result<uint64_t> end = journal::CommittedEnd(env_, directory_, stream_);
    if (!end.ok()) return end.status();
    if (*end < visited_end_) {
      return Status::NotFound(fmt::format(
          "{} ends at offset {}, before what was printed: it was made anew", stream_, *end));
    }
    return Visit(*end);
  }

 private:
  Status Visit(uint64_t end) {
    if (end <= next_) return Status::Ok();
    return journal::VisitRecordsBelow(env_, directory_, stream_, next_, end,
                                      [this](const journal::Record& record) {
                                        next_ = visited_end_ = record.end_offset;
                                        return wants_more_ = visit_(record);
                                      });
  }

  const Env& env_;
  const std::string& directory_;
  const std::string& stream_;
  uint64_t next_;
  uint64_t visited_end_ = 0;
  const RecordVisitor& visit_;
  int looks_ = 0;
  bool wants_more_ = true;
};

// The offsets of the last records from `from` on, one more than `count` if there are more.
Result<std::deque<uint64_t>> LastOffsets(const Env& env, const std::string& directory,
                                         const std::string& stream, uint64_t from, uint64_t count) {
  std::deque<uint64_t> offsets;
  const Status status =
      journal::VisitRecords(env, directory, stream, from, [&](const journal::Record& record) {
        offsets.push_back(record.offset);
        if (offsets.size() > count + 1) offsets.pop_front();
        return true;
      });
  if (!status.ok()) return status;
  return offsets;
}

}  // namespace

Status FollowRecords(const Env& env, const std::string& directory, const std::string& stream,
                     uint64_t from, Pause& pause, const RecordVisitor& visit) {
  Follower follower(env, directory, stream, from, visit);
  while (!pause.ended()) {
    const Status status = follower.Look();
    // What changes faster than it can be read is looked at again.
    if (!status.ok() && status.code() != StatusCode::kUnavailable) return status;
    if (!follower.wants_more()) break;
    pause.Wait(kFollowInterval);
  }
  return Status::Ok();
}

// The first record of a search may be a gap that it cuts, or one that only stands for what is gone
// before the first record; so it begins so far in front that this one is not needed.
Result<uint64_t> TailStart(const Env& env, const std::string& directory, const std::string& stream,
                           uint64_t count) {
  const Result<uint64_t> end = journal::CommittedEnd(env, directory, stream);
  if (!end.ok()) return end.status();
  for (uint64_t span = count + 1;; span *= kTailGrowth) {
    const uint64_t from = span < *end ? *end - span : 0;
    auto offsets = LastOffsets(env, directory, stream, from, count);
    if (!offsets.ok()) return offsets.status();
    const bool is_enough = offsets->size() > count;
    if (!is_enough && from > 0) continue;
    if (is_enough) offsets->pop_front();
    return offsets->empty() ? *end : offsets->front();
  }
}

}  // namespace sluice::tools
