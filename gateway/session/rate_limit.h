#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.h"

namespace sluice::session {

// A bucket of `burst` tokens that refills with `per_second`. Time is an input.
class RateLimit {
 public:
  RateLimit(uint32_t burst, uint32_t per_second)
      : burst_(burst), rate_(per_second), tokens_(burst) {}

  // Takes one token; false if there is none.
  bool Take(MonotonicTime now) {
    Refill(now);
    if (tokens_ < 1.0) return false;
    tokens_ -= 1.0;
    return true;
  }

 private:
  void Refill(MonotonicTime now) {
    const double seconds = std::chrono::duration<double>(now - last_).count();
    if (seconds > 0) tokens_ = std::min(burst_, tokens_ + seconds * rate_);
    last_ = now;
  }

  double burst_;
  double rate_;
  double tokens_;
  MonotonicTime last_{};
};

}  // namespace sluice::session
