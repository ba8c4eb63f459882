#pragma once

#include <chrono>
#include <cstdint>

namespace sluice {

using Duration = std::chrono::nanoseconds;
// Never goes back; says nothing about the time of day. Timers and deadlines use it.
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;
// UTC, nanoseconds since 1970, 64 bits also where time_t is 32. May jump; only ever recorded, never
// waited on.
using WallTime = std::chrono::sys_time<Duration>;

inline int64_t ToUnixNanos(WallTime t) { return t.time_since_epoch().count(); }
inline WallTime FromUnixNanos(int64_t ns) { return WallTime(Duration(ns)); }

// Both clocks of the machine. Safe to call from any thread. Tests use test::SimulatedClock.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonotonicTime Now() const = 0;
  virtual WallTime WallNow() const = 0;
  // False until the wall clock has been set after boot (a board without a battery starts in 1970).
  bool WallIsSet() const { return IsPlausible(WallNow()); }
  // Whether `t` was read from a clock that was set.
  static bool IsPlausible(WallTime t) { return t > FromUnixNanos(kEarliestPlausibleUnixNanos); }

  static constexpr int64_t kEarliestPlausibleUnixNanos = 1'704'067'200'000'000'000;  // 2024-01-01
};

// The machine's own clocks; lives for ever.
const Clock& SystemClock();

}  // namespace sluice
