#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.h"

namespace sluice {

// A bucket of `burst` tokens into which one falls each `interval`. Time is an input, and all that
// is kept is when the bucket will be full. One thread at a time.
class TokenBucket {
 public:
  TokenBucket(uint32_t burst, Duration interval)
      : interval_(interval), most_(interval * (int64_t{burst} - 1)) {}
  // 0 a second: what was taken never comes back.
  static TokenBucket PerSecond(uint32_t burst, uint32_t rate) {
    const Duration never = Duration::max() / (2 * (int64_t{burst} + 1));
    return {burst, rate == 0 ? never : Duration(std::chrono::seconds(1)) / rate};
  }

  // Takes one token; false if there is none.
  bool Take(MonotonicTime now) {
    const MonotonicTime full_at = std::max(full_at_, now);
    if (full_at - now > most_) return false;
    full_at_ = full_at + interval_;
    return true;
  }

  // Takes `tokens`, at most a burst, whether they are there or not. How long it takes until there
  // is one again: zero if there is one.
  Duration Owe(MonotonicTime now, uint32_t tokens) {
    const Duration most_owed = 2 * (most_ + interval_);
    const Duration cost = std::min(interval_ * int64_t{tokens}, most_ + interval_);
    full_at_ = std::min(std::max(full_at_, now) + cost, now + most_owed);
    return std::max(full_at_ - now - most_, Duration::zero());
  }

 private:
  Duration interval_;
  Duration most_;  // to wait for a full bucket that still has one token
  MonotonicTime full_at_{};
};

}  // namespace sluice
