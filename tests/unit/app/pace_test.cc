#include "app/pace.h"

#include <gtest/gtest.h>

namespace sluice::app {
namespace {

using std::chrono::seconds;

constexpr MonotonicTime At(int second) { return MonotonicTime(seconds(1000 + second)); }

TEST(PaceTest, IsNotKnownBeforeOneInterval) {
  Pace pace;
  EXPECT_FALSE(pace.PerSecond(At(0), 5));
  pace.Note(At(0), 5);
  EXPECT_FALSE(pace.PerSecond(At(0), 5));
  EXPECT_FALSE(pace.PerSecond(At(9), 50));
  EXPECT_DOUBLE_EQ(*pace.PerSecond(At(10), 105), 10);
}

TEST(PaceTest, IsOfTheLastMinute) {
  Pace pace;
  for (int i = 0; i <= 12; ++i) pace.Note(At(10 * i), i < 7 ? 1'000'000 * i : 6'000'000);
  EXPECT_DOUBLE_EQ(*pace.PerSecond(At(129), 6'000'000), 0);
  EXPECT_DOUBLE_EQ(*pace.PerSecond(At(130), 6'000'600), 10);  // since At(70)
}

TEST(PaceTest, WhatGoesDownHasANegativePace) {
  Pace pace;
  pace.Note(At(0), 500);
  EXPECT_DOUBLE_EQ(*pace.PerSecond(At(20), 100), -20);
}

}  // namespace
}  // namespace sluice::app
