#pragma once

#include <chrono>

#include "base/clock.h"
#include "base/random.h"

namespace sluice::forward {

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
  Backoff(const BackoffOptions& options, Random& random) : options_(options), random_(random) {}

  // The wait before the next attempt; each call doubles the bound until Reset.
  Duration Next();
  void Reset() { attempts_ = 0; }
  int attempts() const { return attempts_; }

 private:
  Duration Bound() const;

  BackoffOptions options_;
  Random& random_;
  int attempts_ = 0;
};

}  // namespace sluice::forward
