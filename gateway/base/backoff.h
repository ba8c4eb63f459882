#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.h"
#include "base/random.h"

namespace sluice {

// `initial`, twice that, four times that … and `max` for ever after.
class Doubling {
 public:
  Doubling(Duration initial, Duration max)
      : initial_(std::min(initial, max)), max_(max), next_(initial_) {}

  Duration Next() {
    const Duration now = next_;
    next_ = now > max_ / 2 ? max_ : now * 2;
    return now;
  }
  void Reset() { next_ = initial_; }

 private:
  Duration initial_;
  Duration max_;
  Duration next_;
};

struct BackoffOptions {
  Duration initial = std::chrono::milliseconds(500);  // upper bound of the first wait
  Duration max = std::chrono::seconds(60);            // upper bound of every wait
};

// How long to wait before the n-th attempt: uniform in [0, min(max, initial · 2^n)), "full jitter",
// so that a thousand gateways do not return to a broker in the same second. (Equal waits with a
// little jitter were rejected: their peaks stay together for several rounds.)
class Backoff {
 public:
  // `random` outlives the backoff.
  Backoff(const BackoffOptions& options, Random& random)
      : bound_(options.initial, options.max), random_(random) {}

  // The wait before the next attempt; each call doubles the bound until Reset.
  Duration Next() {
    const auto bound = static_cast<double>(bound_.Next().count());
    return Duration(static_cast<int64_t>(random_.Unit() * bound));
  }
  void Reset() { bound_.Reset(); }

 private:
  Doubling bound_;
  Random& random_;
};

}  // namespace sluice
