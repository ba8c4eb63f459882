#pragma once

#include "base/backoff.h"
#include "base/clock.h"
#include "base/random.h"

namespace sluice::fleet {

// Waits that double up to a bound, each drawn from its upper half ("equal jitter"): a device that
// was refused never knocks again at once, and a thousand of them do not return in the same instant.
class Backoff {
 public:
  Backoff(Duration initial, Duration max) : bound_(initial, max) {}

  Duration Next(Random& random) {
    const Duration bound = bound_.Next();
    return bound / 2 +
           Duration(static_cast<int64_t>(static_cast<double>(bound.count() / 2) * random.Unit()));
  }
  void Reset() { bound_.Reset(); }

 private:
  Doubling bound_;
};

}  // namespace sluice::fleet
