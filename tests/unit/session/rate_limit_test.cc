#include "session/rate_limit.h"

#include <gtest/gtest.h>

namespace sluice::session {
namespace {

using std::chrono::seconds;

constexpr MonotonicTime kNow{seconds(1000)};

int TakeAll(RateLimit& limit, MonotonicTime now) {
  int taken = 0;
  while (limit.Take(now)) ++taken;
  return taken;
}

TEST(RateLimitTest, BurstIsAllThereIsAtOnce) {
  RateLimit limit(5, 2);
  EXPECT_EQ(TakeAll(limit, kNow), 5);
}

TEST(RateLimitTest, TimeGivesTokensBack) {
  RateLimit limit(5, 2);
  TakeAll(limit, kNow);
  EXPECT_EQ(TakeAll(limit, kNow + seconds(2)), 4);
}

TEST(RateLimitTest, TokensDoNotPileUpBeyondTheBurst) {
  RateLimit limit(5, 2);
  TakeAll(limit, kNow);
  EXPECT_EQ(TakeAll(limit, kNow + seconds(3600)), 5);
}

TEST(RateLimitTest, ShortIntervalsAddUp) {
  RateLimit limit(1, 1);
  TakeAll(limit, kNow);
  int taken = 0;
  for (int i = 1; i <= 40; ++i) taken += limit.Take(kNow + std::chrono::milliseconds(100 * i));
  EXPECT_NEAR(taken, 4, 1);
}

}  // namespace
}  // namespace sluice::session
