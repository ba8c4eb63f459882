#include "forward/expiry.h"

#include <algorithm>

namespace sluice::forward {

Expiry::Expiry(const RouteOptions& options, const ClockTrust& trust)
    : options_(options), trust_(trust), steps_(trust.steps()) {}

void Expiry::Look(uint64_t end) {
  if (!options_.max_age) return;
  if (!started_) {
    started_ = true;
    run_first_ = looked_end_ = end;
  }
  if (steps_ != trust_.steps()) {
    steps_ = trust_.steps();
    Exempt(run_first_, end);
    run_first_ = end;
  } else if (!trust_.trusted()) {
    Exempt(looked_end_, end);
  }
  looked_end_ = end;
}

bool Expiry::IsExpired(const SourceRecord& event, WallTime now) {
  if (!options_.max_age) return false;
  NoteOrder(event);
  if (event.first < replay_end_) return false;
  // What was stored before the clock was set has no age that anybody knows. A step that nobody has
  // noticed yet will exempt what looks old now.
  return trust_.trusted() && Clock::IsPlausible(event.appended) &&
         now - event.appended > *options_.max_age && !IsExempt(event.first) && trust_.steady();
}

// Time that goes back within the stream: one of the two clocks was wrong, nobody knows which.
void Expiry::NoteOrder(const SourceRecord& event) {
  if (event.first < scanned_end_) return;
  scanned_end_ = event.end();
  if (event.appended + kSlack < newest_) Exempt(event.first, event.end());
  newest_ = std::max(newest_, event.appended);
}

void Expiry::Exempt(uint64_t first, uint64_t end) {
  if (first >= end) return;
  const auto at =
      std::upper_bound(exempt_.begin(), exempt_.end(), first,
                       [](uint64_t offset, const Range& r) { return offset < r.first; });
  if (at != exempt_.begin() && std::prev(at)->end >= first) {
    std::prev(at)->end = std::max(std::prev(at)->end, end);
  } else {
    exempt_.insert(at, {first, end});
  }
  if (exempt_.size() <= kMaxRanges) return;
  exempt_[0].end = std::max(exempt_[0].end, exempt_[1].end);
  exempt_.erase(exempt_.begin() + 1);
}

bool Expiry::IsExempt(uint64_t offset) const {
  return std::any_of(exempt_.begin(), exempt_.end(), [offset](const Range& range) {
    return range.first <= offset && offset < range.end;
  });
}

}  // namespace sluice::forward
