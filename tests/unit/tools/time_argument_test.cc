#include "tools/time_argument.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace sluice::tools {
namespace {

constexpr int64_t kNow = 1'790'000'000'000'000'000;

int64_t Nanos(std::string_view text) {
  const auto time = ParseTimeArgument(text, FromUnixNanos(kNow));
  return time.ok() ? ToUnixNanos(*time) : -1;
}

TEST(TimeArgumentTest, ReadsADateOrHowLongAgo) {
  EXPECT_EQ(Nanos("2026-11-26T14:00:00Z"), 1'795'701'600'000'000'000);
  EXPECT_EQ(Nanos("2026-11-26 15:00:00+01:00"), 1'795'701'600'000'000'000);
  EXPECT_EQ(Nanos("90s"), kNow - 90'000'000'000);
  EXPECT_EQ(Nanos("24h"), kNow - 86'400'000'000'000);
}

TEST(TimeArgumentTest, RefusesWhatIsNeither) {
  for (const char* const text :
       {"", "yesterday", "2026-11-26", "2026-11-26T14:00:00", "-5m", "24", "100y", "36500d"}) {
    EXPECT_EQ(Nanos(text), -1) << text;
  }
  const auto bad = ParseTimeArgument("\x1b[2J", FromUnixNanos(kNow));
  EXPECT_THAT(bad.status().message(), ::testing::HasSubstr("'\\x1b[2J' is no time; say 2026-"));
}

}  // namespace
}  // namespace sluice::tools
