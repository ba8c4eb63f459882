#pragma once

#include <cmath>

#include "base/clock.h"
#include "base/random.h"

namespace sluice::fleet {

// A value that wanders about its home and is drawn back to it (an Ornstein-Uhlenbeck process):
// weather, mains voltage, radio quality. Unlike plain noise, two samples a second apart are nearly
// the same, and unlike a random walk it stays in its range for ever. Exact for any step, so
// sampling rates do not change its shape.
class SlowWalk {
 public:
  // `deviation` around `home` in the long run; half of a displacement is gone after 0.7 ·
  // `relaxation`.
  SlowWalk(double home, double deviation, Duration relaxation)
      : home_(home), deviation_(deviation), relaxation_(relaxation), value_(home) {}

  double Step(Duration elapsed, Random& random) {
    const double keep = std::exp(-std::chrono::duration<double>(elapsed) / relaxation_);
    const double spread = deviation_ * std::sqrt(1.0 - keep * keep);
    value_ = home_ + (value_ - home_) * keep + random.Normal(0.0, 1.0) * spread;
    return value_;
  }
  double value() const { return value_; }

 private:
  double home_;
  double deviation_;
  std::chrono::duration<double> relaxation_;
  double value_;
};

}  // namespace sluice::fleet
