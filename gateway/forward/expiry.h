#pragma once

#include <cstdint>
#include <vector>

#include "base/clock_trust.h"
#include "forward/event_source.h"
#include "forward/route_options.h"

namespace sluice::forward {

// Which events of a route are too old to be sent. An event that expires is gone, and a clock that
// was wrong once must not cost anybody his backlog, so an event has an age only if
// - the clock is trusted now, and
// - its time was read from a clock that was: not while it was untrusted, not before a step (in
//   this run of the program), not earlier than an event before it.
// Everything else is sent, however old it seems. An event that was stamped in the future expires
// late, by as much as the clock was ahead. Loop thread.
class Expiry {
 public:
  // Steps back by less are nothing unusual.
  static constexpr Duration kSlack = ClockTrust::kSlack;

  // Both outlive it.
  Expiry(const RouteOptions& options, const ClockTrust& trust);

  // The events of the stream now end at `end`. Call it at the start of the route, and again before
  // events are judged: what was appended since the last call was so with the clock as it is now.
  void Look(uint64_t end);
  // Nothing below `offset` expires: it is a replay, which somebody has asked for.
  void ExemptBelow(uint64_t offset) { replay_end_ = offset; }
  // Whether the event is too old at `now`. Records come in the order of their offsets, but may come
  // again from an earlier one on.
  bool IsExpired(const SourceRecord& event, WallTime now);

 private:
  struct Range {
    uint64_t first;
    uint64_t end;
  };
  // Stops a clock that steps to and fro from filling the memory; beyond that neighbours become one.
  static constexpr size_t kMaxRanges = 64;

  void Exempt(uint64_t first, uint64_t end);
  bool IsExempt(uint64_t offset) const;
  void NoteOrder(const SourceRecord& event);

  const RouteOptions& options_;
  const ClockTrust& trust_;
  std::vector<Range> exempt_;  // in order of `first`
  uint64_t replay_end_ = 0;
  bool started_ = false;
  uint64_t run_first_ = 0;    // the first event that was stamped since the last step
  uint64_t looked_end_ = 0;   // at the last Look
  uint64_t steps_ = 0;        // of the clock, that were noticed
  uint64_t scanned_end_ = 0;  // up to here the order of times was looked at
  WallTime newest_{};         // below scanned_end_
};

}  // namespace sluice::forward
