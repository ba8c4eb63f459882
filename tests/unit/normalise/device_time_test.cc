#include "normalise/device_time.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::normalise {
namespace {

std::optional<int64_t> Nanos(std::optional<WallTime> time) {
  return time ? std::optional<int64_t>(ToUnixNanos(*time)) : std::nullopt;
}

TEST(DeviceTimeTest, Rfc3339IsRead) {
  constexpr int64_t kNoon = 1'795'262'400'000'000'000;
  EXPECT_EQ(Nanos(ParseDateTime("2026-11-21T12:00:00Z", true)), kNoon);
  EXPECT_EQ(Nanos(ParseDateTime("2026-11-21t12:00:00z", true)), kNoon);
  EXPECT_EQ(Nanos(ParseDateTime("2026-11-21 13:00:00+01:00", true)), kNoon);
  EXPECT_EQ(Nanos(ParseDateTime("2026-11-21T08:30:00-0330", true)), kNoon);
  EXPECT_EQ(Nanos(ParseDateTime("2026-11-21T12:00:00.5Z", true)), kNoon + 500'000'000);
  EXPECT_EQ(Nanos(ParseDateTime("2026-11-21T12:00:00.1234567891Z", true)), kNoon + 123'456'789);
  EXPECT_EQ(Nanos(ParseDateTime("2024-02-29T00:00:00Z", true)), 1'709'164'800'000'000'000);
}

TEST(DeviceTimeTest, WithAndWithoutZoneAreToldApart) {
  EXPECT_TRUE(ParseDateTime("2026-11-21T12:00:00", false));
  EXPECT_FALSE(ParseDateTime("2026-11-21T12:00:00", true));
  EXPECT_FALSE(ParseDateTime("2026-11-21T12:00:00Z", false));
}

TEST(DeviceTimeTest, WhatIsNoTimeIsNone) {
  for (const char* text : {"", "2026", "2026-11-21", "2026-11-21T12:00Z", "2026-13-01T00:00:00Z",
                           "2025-02-29T00:00:00Z", "2026-11-31T00:00:00Z", "2026-11-21T24:00:00Z",
                           "2026-11-21T12:60:00Z", "2026-11-21T12:00:61Z", "2026-11-21T12:00:00.Z",
                           "2026-11-21T12:00:00+1:00", "2026-11-21T12:00:00+24:00",
                           "2026-11-21T12:00:00Zx", "1969-12-31T23:59:59Z", "2262-01-01T00:00:00Z",
                           "9999-12-31T23:59:59Z", "+026-11-21T12:00:00Z"}) {
    EXPECT_FALSE(ParseDateTime(text, true)) << text;
  }
}

TEST(DeviceTimeTest, CutAnywhereItIsNone) {
  const std::string_view text = "2026-11-21T12:00:00.25+01:00";
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(ParseDateTime(text.substr(0, size), true)) << size;
  }
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
