#include "base/rfc3339.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

std::optional<int64_t> Nanos(std::optional<WallTime> time) {
  return time ? std::optional<int64_t>(ToUnixNanos(*time)) : std::nullopt;
}

std::string Rfc3339(int64_t unix_nanos) {
  std::string text;
  AppendRfc3339(FromUnixNanos(unix_nanos), &text);
  return text;
}

TEST(Rfc3339Test, Rfc3339IsRead) {
  constexpr int64_t kNoon = 1'795'262'400'000'000'000;
  EXPECT_EQ(Nanos(ParseDateTime("2026-11-21T12:00:00Z", true)), kNoon);
  EXPECT_EQ(Nanos(ParseDateTime("2026-11-21t12:00:00z", true)), kNoon);
  EXPECT_EQ(Nanos(ParseDateTime("2026-11-21 13:00:00+01:00", true)), kNoon);
  EXPECT_EQ(Nanos(ParseDateTime("2026-11-21T08:30:00-0330", true)), kNoon);
  EXPECT_EQ(Nanos(ParseDateTime("2026-11-21T12:00:00.5Z", true)), kNoon + 500'000'000);
  EXPECT_EQ(Nanos(ParseDateTime("2026-11-21T12:00:00.1234567891Z", true)), kNoon + 123'456'789);
  EXPECT_EQ(Nanos(ParseDateTime("2024-02-29T00:00:00Z", true)), 1'709'164'800'000'000'000);
}

TEST(Rfc3339Test, WithAndWithoutZoneAreToldApart) {
  EXPECT_TRUE(ParseDateTime("2026-11-21T12:00:00", false));
  EXPECT_FALSE(ParseDateTime("2026-11-21T12:00:00", true));
  EXPECT_FALSE(ParseDateTime("2026-11-21T12:00:00Z", false));
}

TEST(Rfc3339Test, WhatIsNoTimeIsNone) {
  for (const char* text : {"", "2026", "2026-11-21", "2026-11-21T12:00Z", "2026-13-01T00:00:00Z",
                           "2025-02-29T00:00:00Z", "2026-11-31T00:00:00Z", "2026-11-21T24:00:00Z",
                           "2026-11-21T12:60:00Z", "2026-11-21T12:00:61Z", "2026-11-21T12:00:00.Z",
                           "2026-11-21T12:00:00+1:00", "2026-11-21T12:00:00+24:00",
                           "2026-11-21T12:00:00Zx", "1969-12-31T23:59:59Z", "2262-01-01T00:00:00Z",
                           "9999-12-31T23:59:59Z", "+026-11-21T12:00:00Z"}) {
    EXPECT_FALSE(ParseDateTime(text, true)) << text;
  }
}

TEST(Rfc3339Test, CutAnywhereItIsNone) {
  const std::string_view text = "2026-11-21T12:00:00.25+01:00";
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(ParseDateTime(text.substr(0, size), true)) << size;
  }
}

TEST(Rfc3339Test, TimeHasAsManyDigitsAsItNeeds) {
  EXPECT_EQ(Rfc3339(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(Rfc3339(1), "1970-01-01T00:00:00.000000001Z");
  EXPECT_EQ(Rfc3339(1'709'164'799'120'000'000), "2024-02-28T23:59:59.12Z");
  EXPECT_EQ(Rfc3339(1'709'164'800'000'000'000), "2024-02-29T00:00:00Z");
}

TEST(Rfc3339Test, TimeBefore1970AndAtTheEndsIsWritten) {
  EXPECT_EQ(Rfc3339(-1), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(Rfc3339(INT64_MIN).substr(0, 4), "1677");
  EXPECT_EQ(Rfc3339(INT64_MAX).substr(0, 4), "2262");
}

TEST(Rfc3339Test, MillisecondsAreThreeDigitsAndCutNotRounded) {
  std::string text;
  AppendRfc3339Millis(FromUnixNanos(1'709'164'799'099'999'999), &text);
  EXPECT_EQ(text, "2024-02-28T23:59:59.099Z");
  text.clear();
  AppendRfc3339Millis(FromUnixNanos(-1), &text);
  EXPECT_EQ(text, "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339Test, ADateAndTimeHasNeitherFractionNorZone) {
  std::string text;
  AppendDateTime(FromUnixNanos(1'709'164'799'999'999'999), &text);
  EXPECT_EQ(text, "2024-02-28T23:59:59");
}

TEST(Rfc3339Test, WhatIsWrittenIsRead) {
  for (const int64_t nanos : {int64_t{0}, int64_t{1}, int64_t{1'709'164'799'120'000'000},
                              int64_t{1'795'262'400'000'000'007}}) {
    EXPECT_EQ(Nanos(ParseDateTime(Rfc3339(nanos), true)), nanos);
  }
}

}  // namespace
}  // namespace sluice
