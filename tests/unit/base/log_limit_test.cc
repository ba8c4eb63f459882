#include "base/log_limit.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

class LogLimitTest : public testing::Test {
 protected:
  uint32_t AllowedOf(uint32_t lines) {
    uint32_t allowed = 0;
    for (uint32_t i = 0; i < lines; ++i) allowed += limit_.Allows(now_) ? 1 : 0;
    return allowed;
  }

  LogLimit limit_;
  MonotonicTime now_{std::chrono::hours(1)};
};

TEST_F(LogLimitTest, FewLinesAtOnceAreAllowed) { EXPECT_EQ(AllowedOf(1000), LogLimit::kBurst); }

TEST_F(LogLimitTest, ThenOneEveryInterval) {
  AllowedOf(1000);
  for (int i = 0; i < 3; ++i) {
    now_ += LogLimit::kInterval - Duration(1);
    EXPECT_EQ(AllowedOf(5), 0u);
    now_ += Duration(1);
    EXPECT_EQ(AllowedOf(5), 1u);
  }
}

TEST_F(LogLimitTest, QuietNightGivesNoMoreThanTheBurst) {
  AllowedOf(1000);
  now_ += std::chrono::hours(10);
  EXPECT_EQ(AllowedOf(1000), LogLimit::kBurst);
}

TEST_F(LogLimitTest, NextLineSaysHowManyWereLeftOut) {
  EXPECT_EQ(limit_.LeftOut(), "");
  AllowedOf(LogLimit::kBurst + 7);
  EXPECT_EQ(limit_.LeftOut(), " (7 more like this were not logged)");
  EXPECT_EQ(limit_.LeftOut(), "");
}

}  // namespace
}  // namespace sluice
