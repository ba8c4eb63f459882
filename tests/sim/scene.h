#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "sim/plan.h"
#include "sim/situations.h"
#include "sim/trace.h"
#include "sim/trouble.h"
#include "sim/verdict.h"
#include "support/simulated_clock.h"
#include "support/simulated_scheduler.h"

namespace sluice::sim {

// What all parts of one world have in common: its time, its luck, and whom to tell. The plan
// outlives it. One thread.
class Scene {
 public:
  explicit Scene(const Plan& the_plan);

  const Plan& plan;
  test::SimulatedClock clock;
  test::SimulatedScheduler scheduler{&clock};
  Trace trace{clock};
  Verdict verdict;
  Situations situations;

  // Since the beginning of the world.
  Duration age() const { return clock.Now() - start_; }
  // What the clock of the wall would say if it were right.
  WallTime RightTime() const { return right_start_ + age(); }
  // Trouble has ended, for good: from now on everything has to mend.
  bool calm() const { return calm_; }
  void BeginCalm() { calm_ = true; }
  // Whether such a thing may happen now. (What has happened stays until its part mends it; when the
  // calm begins each part is told to.)
  bool Has(Trouble trouble) const {
    return !calm_ && plan.troubles.test(static_cast<size_t>(trouble));
  }
  // Whether it does, of an occasion that comes often: with the rate that the seed has drawn, from
  // `base` / 8 to `base` · 4, at most always.
  bool Strikes(Trouble trouble, double base, Random& random) const {
    return Has(trouble) && random.Unit() < std::min(1.0, base * plan.rate(trouble));
  }
  // A part's own luck: what one part draws does not change what others meet, so that a history
  // stays alike when something is taken out of it.
  Random RandomFor(std::string_view part) const;

 private:
  const MonotonicTime start_;
  const WallTime right_start_;
  bool calm_ = false;
};

// Uniform in [least, most].
Duration Between(Random& random, Duration least, Duration most);

}  // namespace sluice::sim
