#include "sim/upstream.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "schema/cloudevents.h"
#include "schema/event_builder.h"

namespace sluice::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// What an upstream shows and says.
struct Recorder final : Witness, forward::UplinkListener {
  void OnSent(const SentMessage&, bool) override {}
  void OnAnswered(const SentMessage&, uint8_t) override {}
  void OnForgotten(const SentMessage&) override {}
  void OnDelivered(const std::string&, std::string_view, std::string_view, int, bool) override {}
  void OnAccepted(const std::string&, uint64_t, uint64_t, std::string_view, std::string_view,
                  std::string_view) override {}
  void OnPublished(const std::string&, uint64_t, size_t, const std::vector<Entry>&) override {}
  void OnStarted() override {}
  void OnEnded(End) override {}
  void OnArrived(const std::string& route, const std::vector<Entry>& entries) override {
    EXPECT_EQ(route, "up");
    arrived.push_back(entries.front().token);
  }
  void OnUpstreamAcknowledged(const std::string&, const std::vector<Entry>& entries) override {
    taken.push_back(entries.front().token);
  }
  void OnUpstreamRefused(const std::string&, const std::vector<Entry>& entries,
                         bool for_good) override {
    (for_good ? refused : busy).push_back(entries.front().token);
  }

  void OnUpstreamClosed(const std::string&, const std::vector<Entry>& entries,
                        bool by_rules) override {
    closed.push_back(entries.front().token);
    closed_by_rules.push_back(by_rules);
  }

  void OnConnected(const forward::UplinkLimits& its_limits) override {
    ++connections;
    limits = its_limits;
  }
  void OnDisconnected(const forward::UplinkEnd& end) override {
    ++ends;
    reason = end.why;
    broke_rules.push_back(end.broke_rules);
  }
  void OnAcknowledged(uint32_t token) override { acknowledged.push_back(token); }
  void OnRefused(uint32_t token, const forward::Refusal& refusal) override {
    (refusal.permanent ? told_refused : told_busy).push_back(token);
  }

  std::vector<uint32_t> arrived, taken, refused, busy, closed;
  std::vector<bool> closed_by_rules, broke_rules;
  int connections = 0, ends = 0;
  forward::UplinkLimits limits;
  std::string reason;
  std::vector<uint32_t> acknowledged, told_refused, told_busy;
};

class UpstreamTest : public testing::Test {
 protected:
  void Begin(std::initializer_list<Trouble> troubles = {}, double rate = 1, uint64_t seed = 3) {
    plan_.seed = seed;
    plan_.rates.fill(rate);
    for (const Trouble trouble : troubles) plan_.troubles.set(static_cast<size_t>(trouble));
    scene_ = std::make_unique<Scene>(plan_);
    upstream_ = std::make_unique<Upstream>(*scene_, "cloud", seen_);
    StartProcess();
  }
  void StartProcess() {
    uplink_ = upstream_->NewUplink(&scene_->scheduler);
    uplink_->SetListener(&seen_);
    Connect();
  }
  // Until it is connected, with patience.
  void Connect() {
    const int before = seen_.connections;
    for (int tries = 0; tries < 50 && seen_.connections == before; ++tries) {
      uplink_->Connect();
      Pass(seconds(10));
    }
    ASSERT_EQ(seen_.connections, before + 1);
  }
  // One event that holds the token, which it is known by.
  void Publish(uint32_t token) {
    const std::string text = TokenText(token);
    const schema::EventFields fields{.type = "climate.reading.v1",
                                     .gateway = "gw",
                                     .stream = "telemetry",
                                     .offset = token,
                                     .device = "dev-1"};
    builder_.Start();
    builder_.AddReading({.name = "token", .value = std::string_view(text)});
    forward::OutgoingMessage message;
    message.topic = "up";
    message.payload = builder_.Finish(fields);
    message.properties = attributes_.Render(fields);
    uplink_->Publish(token, message);
  }
  // Publishes one after the other until `told` has something, or in vain.
  uint32_t PublishUntil(const std::vector<uint32_t>& told, uint32_t most = 5000) {
    for (uint32_t token = 1; token <= most; ++token) {
      Publish(token);
      Pass(milliseconds(20));
      if (!told.empty()) return token;
    }
    return 0;
  }
  void Pass(Duration time) { scene_->scheduler.Advance(time); }
  bool is_well() const { return !scene_->verdict.broken(); }

  Plan plan_;
  Recorder seen_;
  std::unique_ptr<Scene> scene_;
  std::unique_ptr<Upstream> upstream_;
  std::unique_ptr<forward::Uplink> uplink_;
  schema::EventBuilder builder_;
  schema::CloudEventAttributes attributes_;
};

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

TEST_F(UpstreamTest, WhoSendsMoreThanItTakesBreaksThePromise) {
  Begin({Trouble::kUpstreamLimits});
  for (; seen_.limits.max_in_flight > 4; ++plan_.seed) {
    uplink_ = nullptr;
    upstream_ = nullptr;
    scene_ = std::make_unique<Scene>(plan_);
    upstream_ = std::make_unique<Upstream>(*scene_, "cloud", seen_);
    StartProcess();
  }
  for (uint32_t token = 1; token <= seen_.limits.max_in_flight; ++token) Publish(token);
  EXPECT_TRUE(is_well());
  Publish(100);
  EXPECT_EQ(scene_->verdict.invariant(), 5);
}

TEST_F(UpstreamTest, ALostAnswerEndsTheConnectionBehindWhatHasArrived) {
  Begin({Trouble::kLostAnswers});
  for (uint32_t token = 1; seen_.ends == 0 && token < 5000; ++token) {
    Publish(token);
    Pass(milliseconds(20));
  }
  EXPECT_EQ(seen_.reason, "connection lost");
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
    uplink_.reset();
    upstream_.reset();
    seen_ = {};
    Begin({Trouble::kClosesAtMessage}, 1, seed);
    for (uint32_t token = 1; seen_.ends == 0 && token < 500; ++token) {
      Publish(token);
      Pass(milliseconds(20));
    }
    ASSERT_EQ(seen_.ends, 1);
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
  EXPECT_EQ(seen_.reason, "connection reset");
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
  EXPECT_EQ(seen_.arrived.back(), token);
  EXPECT_EQ(seen_.taken.size(), seen_.acknowledged.size());
  upstream_->Mend();
  Pass(seconds(1));
  EXPECT_EQ(seen_.reason, "the server has been restarted");
}

TEST_F(UpstreamTest, WhatAProcessHadSentMayArriveWhenItHasEnded) {
  Begin();
  int arrived = 0;
  constexpr int kTimes = 40;
  for (uint32_t token = 1; token <= kTimes; ++token) {
    Publish(token);
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
