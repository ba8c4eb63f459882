#pragma once

#include <cstdint>
#include <optional>

#include "base/env.h"
#include "journal/cursor_store.h"
#include "journal/options.h"
#include "journal/stream_store.h"

namespace sluice::journal {

// How much one stream may still write, by its own bound, the journal's total and the floor of free
// space; and the only code that deletes to make room. Journal thread only.
class DiskRoom {
 public:
  DiskRoom(Env& env, const Options& options, const StreamOptions& stream, StreamStore* store,
           const CursorStore* cursors)
      : env_(env), options_(options), stream_(stream), store_(*store), cursors_(*cursors) {}

  // Bytes that may be appended now, what can be reclaimed for them included. `spare_bytes` is what
  // the total bound leaves.
  uint64_t Promise(uint64_t spare_bytes) const { return Unused(spare_bytes) + Reclaimable(); }
  // The same without what drop_oldest may remove: what fits while nothing is lost.
  uint64_t Spare(uint64_t spare_bytes) const { return Unused(spare_bytes) + Passed(); }
  // What every route has passed and only still is there.
  uint64_t Passed() const { return store_.AcknowledgedBytes(cursors_.LowestSaved()); }
  // Reclaims until `bytes` fit, as far as the policy lets it.
  void Make(uint64_t bytes, uint64_t spare_bytes);
  // Deletes what every route has passed, unless it is to be kept.
  void Retain();
  // Deletes the oldest segment that is only kept; false if there is none.
  bool ReleaseKept();
  // Whether there is one, and when it was made.
  std::optional<int64_t> OldestKept() const;
  // Events that every route has passed and that are still there.
  uint64_t PassedEvents() const;

  // Events removed that a route had not passed, since opening.
  uint64_t evicted_events() const { return evicted_events_; }

 private:
  uint64_t Unused(uint64_t spare_bytes) const;
  uint64_t Reclaimable() const;
  bool Reclaim(uint64_t bytes);
  bool EvictOne(uint64_t lowest_cursor);

  Env& env_;
  const Options& options_;
  const StreamOptions& stream_;
  StreamStore& store_;
  const CursorStore& cursors_;
  uint64_t evicted_events_ = 0;
};

}  // namespace sluice::journal
