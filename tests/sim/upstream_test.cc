// What a broker of the simulated field makes of messages.
#include <gtest/gtest.h>

#include <chrono>

#include "sim/upstream_fixture.h"

namespace sluice::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_F(UpstreamTest, TakesWhatItIsSentInOrder) {
  Begin();
  for (uint32_t token = 1; token <= 20; ++token) Publish(token);
  EXPECT_TRUE(seen_.arrived.empty());
  Pass(seconds(1));
  std::vector<uint32_t> all(20);
  for (uint32_t i = 0; i < 20; ++i) all[i] = i + 1;
  EXPECT_EQ(seen_.arrived, all);
  EXPECT_EQ(seen_.taken, all);
  EXPECT_EQ(seen_.acknowledged, all);
  EXPECT_EQ(seen_.ends, 0);
  EXPECT_TRUE(is_well());
}

TEST_F(UpstreamTest, SaysWhatItReadsThatIsNoEvent) {
  Begin();
  forward::OutgoingMessage message;
  const std::string payload = "{}";
  message.topic = "up";
  message.payload = AsBytes(payload);
  uplink_->Publish(1, message);
  EXPECT_EQ(scene_->verdict.invariant(), 4);
}

TEST_F(UpstreamTest, RefusesSomeForGoodAndTheSameAlways) {
  Begin({Trouble::kRefusals});
  const uint32_t token = PublishUntil(seen_.told_refused);
  ASSERT_NE(token, 0u);
  EXPECT_EQ(seen_.refused, std::vector<uint32_t>{token});
  EXPECT_EQ(seen_.arrived.back(), token - 1);
  scene_->BeginCalm();
  upstream_->Mend();
  Connect();
  Publish(token);
  Pass(seconds(1));
  EXPECT_EQ(seen_.refused.size(), 2u);
  Publish(2 * token);
  Pass(seconds(1));
  EXPECT_EQ(seen_.told_refused, (std::vector<uint32_t>{token, token, 2 * token}));
}

TEST_F(UpstreamTest, RefusesForNowWhatItTakesLater) {
  Begin({Trouble::kBusyUpstream});
  const uint32_t token = PublishUntil(seen_.told_busy);
  ASSERT_NE(token, 0u);
  EXPECT_EQ(seen_.busy, std::vector<uint32_t>{token});
  scene_->BeginCalm();
  Publish(token);
  Pass(seconds(1));
  EXPECT_EQ(seen_.acknowledged.back(), token);
}

TEST_F(UpstreamTest, ALostAnswerEndsTheConnectionBehindWhatHasArrived) {
  Begin({Trouble::kLostAnswers});
  for (uint32_t token = 1; seen_.ends == 0 && token < 5000; ++token) {
    Publish(token);
    Pass(milliseconds(20));
  }
  EXPECT_EQ(seen_.taken.size(), seen_.acknowledged.size() + 1);
}

TEST_F(UpstreamTest, ClosesAtSomeMessagesUntilTheCalm) {
  Begin({Trouble::kClosesAtMessage});
  uint32_t token = 0;
  while (seen_.ends == 0 && token < 5000) {
    Publish(++token);
    Pass(milliseconds(20));
  }
  for (int i = 1; i <= 5; ++i) {
    EXPECT_EQ(seen_.ends, i);
    EXPECT_EQ(seen_.closed, std::vector<uint32_t>(static_cast<size_t>(i), token));
    EXPECT_EQ(seen_.arrived.back(), token - 1);
    if (i == 5) scene_->BeginCalm();
    Connect();
    Publish(token);
    Pass(milliseconds(20));
  }
  EXPECT_EQ(seen_.acknowledged.back(), token);
  EXPECT_EQ(seen_.closed_by_rules, seen_.broke_rules);
}

TEST_F(UpstreamTest, SomeBreakTheRulesAtSomeMessages) {
  size_t by_rules = 0, otherwise = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Begin({Trouble::kClosesAtMessage}, 1, seed);
    for (uint32_t token = 1; seen_.ends == 0 && token < 500; ++token) {
      Publish(token);
      Pass(milliseconds(20));
    }
    if (seen_.ends == 0) continue;  // at none of these
    EXPECT_EQ(seen_.closed_by_rules, seen_.broke_rules);
    ++(seen_.broke_rules.back() ? by_rules : otherwise);
  }
  EXPECT_GT(by_rules, 0U);
  EXPECT_GT(otherwise, 0U);
}

TEST_F(UpstreamTest, LeavesSingleMessagesWithoutAnAnswer) {
  // At this rate nothing else is silent for long.
  Begin({Trouble::kUpstreamSilent}, 0.125);
  for (uint32_t token = 1; token <= 5000; ++token) {
    Publish(token);
    Pass(milliseconds(1));
  }
  Pass(milliseconds(20));
  EXPECT_EQ(seen_.ends, 0);
  EXPECT_EQ(seen_.acknowledged.back(), 5000U);
  EXPECT_LT(seen_.acknowledged.size(), 5000U);
  EXPECT_EQ(seen_.arrived.size(), 5000U);
}

TEST_F(UpstreamTest, IsAwayAndComesBack) {
  Begin({Trouble::kUnreachable});
  for (int i = 0; i < 1000 && seen_.ends == 0; ++i) Pass(seconds(1));
  Publish(1);  // nobody is there
  upstream_->Mend();
  scene_->BeginCalm();
  Connect();
  Publish(2);
  Pass(seconds(1));
  EXPECT_EQ(seen_.arrived, std::vector<uint32_t>{2});
}

TEST_F(UpstreamTest, ASilentOneTakesAndSaysNothing) {
  Begin({Trouble::kUpstreamSilent});
  uint32_t token = 0;
  while (seen_.acknowledged.size() == token && token < 5000) {
    Publish(++token);
    Pass(seconds(1));
  }
  EXPECT_GE(seen_.arrived.back(), token - 1);  // one that hears nobody has not even that
  EXPECT_EQ(seen_.taken.size(), seen_.acknowledged.size());
  const int before = seen_.ends;
  upstream_->Mend();
  Pass(seconds(1));
  EXPECT_EQ(seen_.ends, before + 1);
}

TEST_F(UpstreamTest, WhatAProcessHadSentMayArriveWhenItHasEnded) {
  Begin();
  Random random(1);
  int arrived = 0;
  constexpr int kTimes = 40;
  for (uint32_t token = 1; token <= kTimes; ++token) {
    Publish(token);
    if (random.Below(2) == 0) Pass(Duration(0));
    uplink_ = nullptr;
    Pass(seconds(1));
    if (!seen_.arrived.empty() && seen_.arrived.back() == token) ++arrived;
    StartProcess();
  }
  EXPECT_GT(arrived, 0);
  EXPECT_LT(arrived, kTimes);
  EXPECT_TRUE(seen_.acknowledged.empty());
}

}  // namespace
}  // namespace sluice::sim
