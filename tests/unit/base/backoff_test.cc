#include "base/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace sluice {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr BackoffOptions kOptions{.initial = milliseconds(500), .max = seconds(60)};
constexpr int kSamples = 20'000;

// Many waits before the n-th attempt, sorted.
std::vector<Duration> Waits(int n) {
  Random random(3);
  std::vector<Duration> waits;
  for (int i = 0; i < kSamples; ++i) {
    Backoff backoff(kOptions, random);
    for (int k = 0; k < n; ++k) (void)backoff.Next();
    waits.push_back(backoff.Next());
  }
  std::sort(waits.begin(), waits.end());
  return waits;
}

void ExpectUniformBelow(Duration bound, const std::vector<Duration>& waits) {
  EXPECT_LT(waits.back(), bound);
  for (int percent = 5; percent < 100; percent += 5) {
    const double expected = static_cast<double>(bound.count()) * percent / 100;
    const auto got = static_cast<double>(
        waits[static_cast<size_t>(kSamples) / 100 * static_cast<size_t>(percent)].count());
    EXPECT_NEAR(got, expected, static_cast<double>(bound.count()) * 0.02) << percent << " %";
  }
}

TEST(Backoff, FirstWaitIsUniformBelowTheInitialBound) {
  ExpectUniformBelow(kOptions.initial, Waits(0));
}

TEST(Backoff, BoundDoublesWithEveryAttempt) { ExpectUniformBelow(kOptions.initial * 8, Waits(3)); }

TEST(Backoff, BoundStopsAtItsMaximum) { ExpectUniformBelow(kOptions.max, Waits(7)); }

TEST(Backoff, NeverOverflows) {
  Random random(1);
  Backoff backoff({.initial = seconds(1), .max = std::chrono::hours(24 * 365)}, random);
  for (int i = 0; i < 1000; ++i) {
    const Duration wait = backoff.Next();
    EXPECT_GE(wait, Duration(0));
    EXPECT_LE(wait, std::chrono::hours(24 * 365));
  }
}

TEST(Backoff, ResetStartsSmallAgain) {
  Random random(1);
  Backoff backoff(kOptions, random);
  for (int i = 0; i < 10; ++i) (void)backoff.Next();
  backoff.Reset();
  EXPECT_LT(backoff.Next(), kOptions.initial);
}

}  // namespace
}  // namespace sluice
