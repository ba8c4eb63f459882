#include "broker_fixture.h"

namespace sluice::broker {
namespace {

using namespace std::chrono_literals;
using session::WillFate;

class WillTest : public BrokerTest {
 protected:
  WillTest() : watcher_(&Watcher()) {}

  FakeClient& Watcher() {
    FakeClient& watcher = Connect("watcher");
    Subscribe(watcher, "will/#");
    return watcher;
  }
  static codec::Will Will(uint32_t delay_seconds = 0) {
    codec::Will will;
    will.topic = "will/a";
    will.payload = AsBytes("gone");
    will.qos = Qos::kAtLeastOnce;
    if (delay_seconds != 0) will.properties.will_delay_interval = delay_seconds;
    return will;
  }
  FakeClient& ConnectWithWill(uint32_t delay_seconds, uint32_t expiry_seconds) {
    return Connect(
        "a", {.clean_start = false, .expiry_seconds = expiry_seconds, .will = Will(delay_seconds)});
  }

  FakeClient* watcher_;
  const Lines kPublished{"will/a=gone q1"};
};

TEST_F(WillTest, LostConnectionPublishesIt) {  // [MQTT-3.1.2-8]
  ConnectWithWill(0, 0).Close(WillFate::kDue);
  EXPECT_EQ(watcher_->Take(), kPublished);
  EXPECT_EQ(sink_.offered, (Lines{"dev:will/a will"}));
  EXPECT_EQ(broker_->message_bytes(), 0U);
}

TEST_F(WillTest, ProperDisconnectForgetsIt) {  // [MQTT-3.1.2-10]
  ConnectWithWill(0, 0).Close(WillFate::kCancelled);
  EXPECT_TRUE(watcher_->Take().empty());
  EXPECT_EQ(broker_->message_bytes(), 0U);
}

TEST_F(WillTest, DelayIsWaitedFor) {
  ConnectWithWill(10, 60).Close(WillFate::kDue);
  EXPECT_EQ(broker_->NextDeadline(), clock_.Now() + 10s);
  Advance(9s);
  EXPECT_TRUE(watcher_->Take().empty());
  Advance(1s);
  EXPECT_EQ(watcher_->Take(), kPublished);
  EXPECT_EQ(broker_->NextDeadline(), clock_.Now() + 50s);  // the session stays
}

TEST_F(WillTest, ReturnInTimeCancelsIt) {  // [MQTT-3.1.3-9]
  ConnectWithWill(10, 60).Close(WillFate::kDue);
  Connect("a", {.clean_start = false});
  Advance(100s);
  EXPECT_TRUE(watcher_->Take().empty());
  EXPECT_EQ(broker_->message_bytes(), 0U);
}

TEST_F(WillTest, EndOfSessionPublishesItBeforeItsDelay) {
  ConnectWithWill(60, 10).Close(WillFate::kDue);
  Advance(10s);
  EXPECT_EQ(watcher_->Take(), kPublished);
  EXPECT_EQ(broker_->detached_sessions(), 0U);
}

TEST_F(WillTest, CleanStartEndsTheSessionAndPublishesIt) {
  ConnectWithWill(60, 60).Close(WillFate::kDue);
  Connect("a", {.clean_start = true});
  EXPECT_EQ(watcher_->Take(), kPublished);
}

TEST_F(WillTest, TakeoverPublishesItUnlessDelayed) {
  ConnectWithWill(0, 60);
  Connect("a", {.clean_start = false, .expiry_seconds = 60, .will = Will(10)});
  EXPECT_EQ(watcher_->Take(), kPublished);
  Connect("a", {.clean_start = false});
  EXPECT_TRUE(watcher_->Take().empty());
}

TEST_F(WillTest, OrdinaryWillIsNotRetained) {  // [MQTT-3.1.2-14]
  Connect("a", {.will = Will()}).Close(WillFate::kDue);
  EXPECT_EQ(broker_->retained_messages(), 0U);
}

TEST_F(WillTest, RetainedWillIsRetained) {  // [MQTT-3.1.2-15]
  codec::Will will = Will();
  will.retain = true;
  Connect("a", {.will = will}).Close(WillFate::kDue);
  FakeClient& late = Connect("late");
  Subscribe(late, "will/a");
  EXPECT_EQ(late.Take(), (Lines{"will/a=gone q1 r"}));
}

TEST_F(WillTest, ExpiryBeginsWhenItIsPublished) {
  codec::Will will = Will(20);
  will.properties.message_expiry_interval = 15;
  Connect("a", {.expiry_seconds = 60, .will = will}).Close(WillFate::kDue);
  Advance(20s);
  EXPECT_EQ(watcher_->Take(), (Lines{"will/a=gone q1 e15"}));
}

TEST_F(WillTest, BusySinkGetsItLater) {
  sink_.verdict = Verdict::kBusy;
  ConnectWithWill(0, 0).Close(WillFate::kDue);
  EXPECT_TRUE(watcher_->Take().empty());
  sink_.verdict = Verdict::kAccepted;
  ASSERT_TRUE(broker_->NextDeadline());
  Advance(*broker_->NextDeadline() - clock_.Now());
  EXPECT_EQ(watcher_->Take(), kPublished);
  EXPECT_EQ(broker_->NextDeadline(), std::nullopt);
}

// A stream that is busy holds back nobody else's will.
TEST_F(WillTest, WillThatMustWaitHoldsBackNoOther) {
  sink_.busy = {"will/a"};
  ConnectWithWill(0, 0).Close(WillFate::kDue);
  codec::Will other = Will();
  other.topic = "will/b";
  Connect("b", {.will = other}).Close(WillFate::kDue);
  Connect("a", {.will = other}).Close(WillFate::kDue);  // behind the first of the same client
  EXPECT_EQ(watcher_->Take(), (Lines{"will/b=gone q1"}));
  sink_.busy.clear();
  Advance(1s);
  EXPECT_EQ(watcher_->Take(), (Lines{"will/a=gone q1", "will/b=gone q1"}));
}

// Who is refused has taken nothing over.
TEST_F(WillTest, RefusedConnectLeavesTheOldConnectionAndItsWill) {
  Restart({.max_will_bytes = 600});
  FakeClient& watcher = Watcher();
  FakeClient& old = ConnectWithWill(0, 60);
  const std::string large(500, 'w');
  codec::Will will = Will();
  will.payload = AsBytes(large);
  EXPECT_EQ(RefusalOf("a", {.clean_start = false, .will = will}), ReasonCode::kQuotaExceeded);
  EXPECT_EQ(old.disconnected, ReasonCode::kSuccess);
  EXPECT_TRUE(watcher.Take().empty());
  old.Close(WillFate::kDue);
  EXPECT_EQ(watcher.Take(), kPublished);
}

// One that a reconnect makes void does not count against the reconnect.
TEST_F(WillTest, ReconnectReplacesItsOwnWill) {
  const std::string large(500, 'w');
  codec::Will will = Will(60);
  will.payload = AsBytes(large);
  Restart({.max_will_bytes = 1000});
  const ConnectOptions options{.clean_start = false, .expiry_seconds = 100, .will = will};
  Connect("a", options).Close(WillFate::kDue);
  EXPECT_TRUE(Connect("a", options).session_present);
}

TEST_F(WillTest, FullSinkLosesItForTheStreamOnly) {
  sink_.verdict = Verdict::kFull;
  ConnectWithWill(0, 0).Close(WillFate::kDue);
  EXPECT_EQ(watcher_->Take(), kPublished);
  EXPECT_EQ(counters_.wills_lost.value(), 1U);
}

TEST_F(WillTest, WillThatMayNotBePublishedRefusesTheConnection) {
  Restart({}, AccessControl::DefaultRules());
  EXPECT_EQ(RefusalOf("a", {.will = Will()}), ReasonCode::kNotAuthorized);
  EXPECT_EQ(broker_->connected_clients(), 0U);
}

TEST_F(WillTest, WillsAreBoundedInBytes) {
  Restart({.max_will_bytes = 300});
  Connect("a", {.will = Will()});
  int connected = 1;
  while (connected < 100 &&
         RefusalOf("b" + std::to_string(connected), {.will = Will()}) == ReasonCode::kSuccess) {
    ++connected;
  }
  EXPECT_LT(connected, 10);
  EXPECT_EQ(counters_.wills_refused.value(), 1U);
  EXPECT_LE(broker_->message_bytes(), 300U);
}

}  // namespace
}  // namespace sluice::broker
