#include "base/token_bucket.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

using std::chrono::seconds;

constexpr MonotonicTime kNow{seconds(1000)};

int TakeAll(TokenBucket& bucket, MonotonicTime now) {
  int taken = 0;
  while (bucket.Take(now)) ++taken;
  return taken;
}

TEST(TokenBucketTest, BurstIsAllThereIsAtOnce) {
  TokenBucket bucket = TokenBucket::PerSecond(5, 2);
  EXPECT_EQ(TakeAll(bucket, kNow), 5);
}

TEST(TokenBucketTest, TimeGivesTokensBack) {
  TokenBucket bucket = TokenBucket::PerSecond(5, 2);
  TakeAll(bucket, kNow);
  EXPECT_EQ(TakeAll(bucket, kNow + seconds(2)), 4);
}

TEST(TokenBucketTest, TokensDoNotPileUpBeyondTheBurst) {
  TokenBucket bucket = TokenBucket::PerSecond(5, 2);
  TakeAll(bucket, kNow);
  EXPECT_EQ(TakeAll(bucket, kNow + seconds(3600)), 5);
}

TEST(TokenBucketTest, WhatIsOwedIsWaitedFor) {
  TokenBucket bucket = TokenBucket::PerSecond(5, 2);
  EXPECT_EQ(bucket.Owe(kNow, 4), Duration::zero());
  EXPECT_EQ(bucket.Owe(kNow, 1), std::chrono::milliseconds(500));
  EXPECT_EQ(bucket.Owe(kNow, 2), std::chrono::milliseconds(1500));
  EXPECT_FALSE(bucket.Take(kNow + std::chrono::milliseconds(1499)));
  EXPECT_TRUE(bucket.Take(kNow + std::chrono::milliseconds(1500)));
}

TEST(TokenBucketTest, DebtsAreBounded) {
  TokenBucket bucket = TokenBucket::PerSecond(5, 2);
  for (int i = 0; i < 10; ++i) bucket.Owe(kNow, UINT32_MAX);
  EXPECT_LE(bucket.Owe(kNow, 1), seconds(5));
}

TEST(TokenBucketTest, ShortIntervalsAddUp) {
  TokenBucket bucket = TokenBucket::PerSecond(1, 1);
  TakeAll(bucket, kNow);
  int taken = 0;
  for (int i = 1; i <= 40; ++i) taken += bucket.Take(kNow + std::chrono::milliseconds(100 * i));
  EXPECT_NEAR(taken, 4, 1);
}

TEST(TokenBucketTest, WithoutARateNothingComesBack) {
  TokenBucket bucket = TokenBucket::PerSecond(3, 0);
  EXPECT_EQ(TakeAll(bucket, kNow), 3);
  EXPECT_EQ(TakeAll(bucket, kNow + std::chrono::hours(24 * 365)), 0);
}

TEST(TokenBucketTest, WithoutABurstThereIsNothing) {
  TokenBucket bucket = TokenBucket::PerSecond(0, 1);
  EXPECT_EQ(TakeAll(bucket, kNow), 0);
}

}  // namespace
}  // namespace sluice
