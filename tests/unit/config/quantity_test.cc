#include "config/quantity.h"

#include <gtest/gtest.h>

namespace sluice::config {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::seconds;

TEST(ParseBytes, ReadsEveryUnit) {
  EXPECT_EQ(ParseBytes("7B"), 7u);
  EXPECT_EQ(ParseBytes("64KiB"), 65'536u);
  EXPECT_EQ(ParseBytes("256MiB"), 268'435'456u);
  EXPECT_EQ(ParseBytes("3GiB"), 3'221'225'472u);
}

TEST(ParseBytes, RefusesWhatIsAmbiguousOrTooLarge) {
  for (const char* text :
       {"", "64", "64KB", "64 KiB", "-1B", "1.5MiB", "MiB", "99999999999GiB", "0x1B"}) {
    EXPECT_FALSE(ParseBytes(text).has_value()) << text;
  }
}

TEST(ParseDuration, ReadsEveryUnit) {
  EXPECT_EQ(ParseDuration("250us"), microseconds(250));
  EXPECT_EQ(ParseDuration("20ms"), microseconds(20'000));
  EXPECT_EQ(ParseDuration("30s"), seconds(30));
  EXPECT_EQ(ParseDuration("5m"), seconds(300));
  EXPECT_EQ(ParseDuration("24h"), hours(24));
  EXPECT_EQ(ParseDuration("7d"), hours(168));
}

TEST(ParseDuration, RefusesWhatIsAmbiguousOrTooLong) {
  for (const char* text : {"", "30", "30 s", "1w", "-1s", "40000d", "18446744073709551616s"}) {
    EXPECT_FALSE(ParseDuration(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace sluice::config
