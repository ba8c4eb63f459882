#include "forward/narrowing.h"

#include <algorithm>

namespace sluice::forward {

Narrowing::Verdict Narrowing::OnEnded(const End& end) {
  if (end.first == end.end) {
    ends_ = 0;  // it ended by itself
    return Verdict::kGoOn;
  }
  if (!alone()) {
    if (!end.acknowledged) until_ = end.end;
    return Verdict::kGoOn;
  }
  if (end.entries > 1) {
    Leave();
    until_ = end.end;
    max_entries_ = end.entries / 2;
    return Verdict::kGoOn;
  }
  if (tries_ && tried_ == end.first && tried_event_ == end.has_event) return OnTried(end);
  until_ = end.end;
  max_entries_ = 1;
  tries_ = true;
  tried_ = end.first;
  tried_event_ = end.has_event;
  quiet_ = kMinQuiet;
  ends_ = 0;
  return Verdict::kGoOn;
}

Narrowing::Verdict Narrowing::OnTried(const End& end) {
  if (!end.by_upstream || end.after > kSlowestEnd) {
    ends_ = 0;
    return Verdict::kGoOn;
  }
  if (end.after * kQuietPerEnd > quiet_) {
    // Too slow for a while as short as that: not known. Twice as long will do for its like.
    quiet_ = 2 * kQuietPerEnd * end.after;
    return Verdict::kGoOn;
  }
  ends_ = std::min(ends_ + 1, kEndsAtOne);
  if (ends_ < kEndsAtOne) return Verdict::kGoOn;
  if (end.has_event && set_aside_in_a_row_ == kSetAsideInARow) return Verdict::kGoOn;
  if (end.has_event) ++set_aside_in_a_row_;
  ends_ = 0;
  return Verdict::kSetAside;
}

void Narrowing::OnAcknowledged(uint64_t cursor) {
  set_aside_in_a_row_ = 0;
  OnPassed(cursor);
}

void Narrowing::OnPassed(uint64_t cursor) {
  tries_ = tries_ && cursor <= tried_;
  if (cursor >= until_) Leave();
}

void Narrowing::Leave() {
  until_ = 0;
  max_entries_ = SIZE_MAX;
  tries_ = false;
  ends_ = 0;
}

}  // namespace sluice::forward
