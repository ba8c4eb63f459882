#pragma once

#include "base/clock.h"

namespace sluice::test {

// A clock that stands still until it is told to advance. Not thread-safe.
class SimulatedClock final : public Clock {
 public:
  MonotonicTime Now() const override { return now_; }
  WallTime WallNow() const override { return wall_; }

  void Advance(Duration by) {
    now_ += by;
    wall_ += by;
  }
  void SetWall(WallTime wall) { wall_ = wall; }

 private:
  MonotonicTime now_{std::chrono::seconds(1000)};
  WallTime wall_ = FromUnixNanos(1'790'000'000'000'000'000);  // 2026-09-21
};

}  // namespace sluice::test
