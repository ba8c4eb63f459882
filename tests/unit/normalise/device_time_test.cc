#include "normalise/device_time.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::normalise {
namespace {

std::optional<int64_t> Nanos(std::optional<WallTime> time) {
  return time ? std::optional<int64_t>(ToUnixNanos(*time)) : std::nullopt;
}

TEST(DeviceTimeTest, SecondsKeepTheirFraction) {
  EXPECT_EQ(Nanos(TimeFromSeconds(1631186545.04)), 1'631'186'545'040'000'000);
  EXPECT_EQ(Nanos(TimeFromSeconds(0)), 0);
}

TEST(DeviceTimeTest, WhatSixtyFourBitsCannotHoldIsNone) {
  for (const double seconds : {-1.0, 1e10, 1e300, std::nan(""), HUGE_VAL}) {
    EXPECT_FALSE(TimeFromSeconds(seconds)) << seconds;
  }
  EXPECT_FALSE(TimeFromCount(-1, 1));
  EXPECT_FALSE(TimeFromCount(INT64_MAX, 1'000'000));
  EXPECT_TRUE(TimeFromCount(INT64_MAX, 1));
}

}  // namespace
}  // namespace sluice::normalise
