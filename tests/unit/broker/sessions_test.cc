#include "broker/broker_gauges.h"
#include "broker_fixture.h"

namespace sluice::broker {
namespace {

using namespace std::chrono_literals;
using SessionsTest = BrokerTest;

TEST_F(SessionsTest, CleanStartHasNoSession) {  // [MQTT-3.2.2-2]
  EXPECT_FALSE(Connect("a").session_present);
  EXPECT_EQ(broker_->connected_clients(), 1U);
}

TEST_F(SessionsTest,
       SessionIsResumedWithItsSubscriptions) {  // [MQTT-3.1.2-5] [MQTT-3.1.2-23] [MQTT-3.2.2-3]
  FakeClient& first = Connect("a", {.expiry_seconds = 60});
  Subscribe(first, "t");
  first.Close(session::WillFate::kNone);
  FakeClient& second = Connect("a", {.clean_start = false});
  EXPECT_TRUE(second.session_present);
  EXPECT_EQ(second.state, first.state);
  Publish(second, "t", "x");
  EXPECT_EQ(second.Take(), (Lines{"t=x q0"}));
}

// It took long to find out from whom it was; the client has given up on it and come again.
TEST_F(SessionsTest, ConnectThatCameBeforeTakesNothingOver) {
  FakeClient& later = Connect("a", {.order = 2});
  EXPECT_EQ(RefusalOf("a", {.order = 1}), ReasonCode::kServerBusy);
  EXPECT_EQ(later.disconnected, ReasonCode::kSuccess);
  Connect("a", {.order = 3});
  EXPECT_EQ(later.disconnected, ReasonCode::kSessionTakenOver);
}

TEST_F(SessionsTest, CleanStartEndsTheOldSession) {  // [MQTT-3.1.2-4]
  FakeClient& first = Connect("a", {.expiry_seconds = 60});
  Subscribe(first, "t");
  first.Close(session::WillFate::kNone);
  EXPECT_FALSE(Connect("a", {.clean_start = true}).session_present);
  EXPECT_EQ(broker_->subscriptions(), 0U);
  EXPECT_EQ(broker_->subscription_bytes(), 0U);
}

TEST_F(SessionsTest, SessionWithoutExpiryEndsWithItsConnection) {
  FakeClient& first = Connect("a");
  Subscribe(first, "t");
  first.Close(session::WillFate::kNone);
  EXPECT_EQ(broker_->detached_sessions(), 0U);
  EXPECT_EQ(broker_->subscriptions(), 0U);
  EXPECT_FALSE(Connect("a", {.clean_start = false}).session_present);
}

TEST_F(SessionsTest, SessionEndsWhenItsTimeIsOver) {
  Connect("a", {.expiry_seconds = 60}).Close(session::WillFate::kNone);
  ASSERT_EQ(broker_->NextDeadline(), clock_.Now() + 60s);
  Advance(60s - 1ns);
  EXPECT_EQ(broker_->detached_sessions(), 1U);
  Advance(1ns);
  EXPECT_EQ(broker_->detached_sessions(), 0U);
  EXPECT_EQ(broker_->NextDeadline(), std::nullopt);
}

TEST_F(SessionsTest, ReconnectStopsTheExpiry) {
  Connect("a", {.expiry_seconds = 60}).Close(session::WillFate::kNone);
  Connect("a", {.clean_start = false});
  EXPECT_EQ(broker_->NextDeadline(), std::nullopt);
  Advance(100s);
  EXPECT_EQ(broker_->connected_clients(), 1U);
}

TEST_F(SessionsTest, SessionForEverHasNoDeadline) {
  Connect("a", {.expiry_seconds = UINT32_MAX}).Close(session::WillFate::kNone);
  EXPECT_EQ(broker_->NextDeadline(), std::nullopt);
  EXPECT_TRUE(Connect("a", {.clean_start = false}).session_present);
}

TEST_F(SessionsTest, NewerConnectionTakesOver) {  // [MQTT-3.1.4-3]
  FakeClient& first = Connect("a", {.expiry_seconds = 60});
  Subscribe(first, "t");
  FakeClient& second = Connect("a", {.clean_start = false});
  EXPECT_EQ(first.disconnected, ReasonCode::kSessionTakenOver);
  EXPECT_TRUE(second.session_present);
  EXPECT_EQ(broker_->connected_clients(), 1U);
  Publish(second, "t", "x");
  EXPECT_TRUE(first.Take().empty());
  EXPECT_EQ(second.Take(), (Lines{"t=x q0"}));
}

TEST_F(SessionsTest, TakenOverSessionWithoutExpiryIsNotResumed) {
  Connect("a");
  EXPECT_FALSE(Connect("a", {.clean_start = false}).session_present);
}

TEST_F(SessionsTest, OldConnectionHasNoEffectAfterTakeover) {
  FakeClient& first = Connect("a", {.expiry_seconds = 60});
  FakeClient& second = Connect("a", {.clean_start = false});
  first.Close(session::WillFate::kDue);
  EXPECT_EQ(broker_->connected_clients(), 1U);
  EXPECT_EQ(Publish(first, "t", "x").verdict, PublishVerdict::kPending);
  EXPECT_TRUE(sink_.offered.empty());
  EXPECT_EQ(Subscribe(second, "t"), ReasonCode::kGrantedQos2);
}

TEST_F(SessionsTest, SameClientIdOfAnotherIdentityIsAnotherSession) {  // Invariant 9.
  FakeClient& one = Connect("a", {.identity = "one", .expiry_seconds = 60});
  Subscribe(one, "t");
  FakeClient& two = Connect("a", {.identity = "two", .clean_start = false, .expiry_seconds = 60});
  EXPECT_EQ(one.disconnected, ReasonCode::kSuccess);
  EXPECT_FALSE(two.session_present);
  EXPECT_EQ(broker_->connected_clients(), 2U);
  one.Close(session::WillFate::kNone);
  Publish(two, "t", "x", Qos::kAtLeastOnce);
  EXPECT_TRUE(two.Take().empty());
  FakeClient& back = Connect("a", {.identity = "one", .clean_start = false});
  EXPECT_TRUE(back.session_present);
  EXPECT_EQ(back.Take(), (Lines{"t=x q1"}));
  EXPECT_EQ(two.disconnected, ReasonCode::kSuccess);
}

TEST_F(SessionsTest, ClientWithoutIdGetsOneOfItsOwn) {  // [MQTT-3.1.3-6] [MQTT-3.1.3-7]
  const std::string first = Connect("").assigned_client_id;
  const std::string second = Connect("").assigned_client_id;
  EXPECT_FALSE(first.empty());
  EXPECT_NE(first, second);
  EXPECT_EQ(broker_->connected_clients(), 2U);
  EXPECT_TRUE(Connect("named").assigned_client_id.empty());
}

TEST_F(SessionsTest, LongestDetachedGoesWhenThereAreTooMany) {
  Restart({.max_detached_sessions = 2});
  for (const char* id : {"a", "b", "c"}) {
    Connect(id, {.expiry_seconds = 60}).Close(session::WillFate::kNone);
  }
  EXPECT_EQ(broker_->detached_sessions(), 2U);
  EXPECT_EQ(counters_.sessions_evicted.value(), 1U);
  EXPECT_FALSE(Connect("a", {.clean_start = false}).session_present);
  EXPECT_TRUE(Connect("b", {.clean_start = false}).session_present);
}

TEST_F(SessionsTest, DetachedSessionsAreBoundedInBytes) {
  Restart({.max_detached_bytes = 2 * sizeof(ClientRecord) + 100});
  for (const char* id : {"a", "b", "c", "d"}) {
    Connect(id, {.expiry_seconds = 60}).Close(session::WillFate::kNone);
  }
  EXPECT_EQ(broker_->detached_sessions(), 2U);
  EXPECT_EQ(counters_.sessions_evicted.value(), 2U);
}

TEST_F(SessionsTest, GaugesSayWhatIsHeld) {
  AddGauges(*broker_, &metrics_);
  FakeClient& a = Connect("a");
  Subscribe(a, "t");
  Retain(a, "t", "x");
  const std::string text = metrics_.PrometheusText();
  EXPECT_NE(text.find("\nsluice_broker_connected_clients 1\n"), std::string::npos);
  EXPECT_NE(text.find("\nsluice_broker_subscriptions 1\n"), std::string::npos);
  EXPECT_NE(text.find("\nsluice_broker_retained_messages 1\n"), std::string::npos);
}

}  // namespace
}  // namespace sluice::broker
