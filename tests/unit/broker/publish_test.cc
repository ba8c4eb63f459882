#include "broker_fixture.h"

namespace sluice::broker {
namespace {

using PublishTest = BrokerTest;

TEST_F(PublishTest, SubscribersGetIt) {
  FakeClient& a = Connect("a");
  FakeClient& b = Connect("b");
  Subscribe(b, "t/+");
  Publish(a, "t/1", "x", Qos::kAtLeastOnce);
  EXPECT_TRUE(a.Take().empty());
  EXPECT_EQ(b.Take(), (Lines{"t/1=x q1"}));
}

TEST_F(PublishTest, QosIsTheLowerOfPublishAndSubscription) {  // [MQTT-3.8.4-8]
  FakeClient& a = Connect("a");
  Subscribe(a, "t", Qos::kAtLeastOnce);
  Publish(a, "t", "0", Qos::kAtMostOnce);
  Publish(a, "t", "2", Qos::kExactlyOnce);
  EXPECT_EQ(a.Take(), (Lines{"t=0 q0", "t=2 q1"}));
}

TEST_F(PublishTest, OverlappingSubscriptionsDeliverOnceWithTheGreatestQos) {  // [MQTT-3.3.5-1]
  FakeClient& a = Connect("a");
  Subscribe(a, "t", Qos::kAtMostOnce);
  Subscribe(a, "+", Qos::kExactlyOnce);
  Subscribe(a, "#", Qos::kAtLeastOnce);
  Publish(a, "t", "x", Qos::kExactlyOnce);
  EXPECT_EQ(a.Take(), (Lines{"t=x q2"}));
}

TEST_F(PublishTest, SubscriptionIdsOfAllMatchesCome) {  // [MQTT-3.3.4-3] [MQTT-3.3.4-4]
  FakeClient& a = Connect("a");
  FakeClient& b = Connect("b");
  Subscribe(a, {.filter = "t"}, 5);
  Subscribe(a, {.filter = "+"}, 6);
  Subscribe(a, {.filter = "#"});
  Subscribe(b, {.filter = "#"}, 9);
  Publish(a, "t", "x");
  const std::string line = a.Take().at(0);
  EXPECT_NE(line.find(" #5"), std::string::npos);
  EXPECT_NE(line.find(" #6"), std::string::npos);
  EXPECT_EQ(line.find(" #9"), std::string::npos);
  EXPECT_EQ(b.Take(), (Lines{"t=x q0 #9"}));
}

TEST_F(PublishTest, NoLocalLeavesOutTheOwnMessages) {  // [MQTT-3.8.3-3]
  FakeClient& a = Connect("a");
  FakeClient& b = Connect("b");
  Subscribe(a, {.filter = "t", .no_local = true});
  Publish(a, "t", "own");
  Publish(b, "t", "other");
  EXPECT_EQ(a.Take(), (Lines{"t=other q0"}));
}

TEST_F(PublishTest,
       RetainFlagOfLiveMessagesFollowsTheSubscription) {  // [MQTT-3.3.1-12] [MQTT-3.3.1-13]
  FakeClient& a = Connect("a");
  Subscribe(a, {.filter = "t/+", .retain_as_published = true});
  FakeClient& b = Connect("b");
  Subscribe(b, {.filter = "t/#", .retain_as_published = false});
  Retain(a, "t/1", "x");
  EXPECT_EQ(a.Take(), (Lines{"t/1=x q0 r"}));
  EXPECT_EQ(b.Take(), (Lines{"t/1=x q0"}));
}

TEST_F(PublishTest, UnsubscribedGetsNothing) {
  FakeClient& a = Connect("a");
  Subscribe(a, "t");
  EXPECT_EQ(Unsubscribe(a, "t"), ReasonCode::kSuccess);
  EXPECT_EQ(Unsubscribe(a, "t"), ReasonCode::kNoSubscriptionExisted);
  Publish(a, "t", "x");
  EXPECT_TRUE(a.Take().empty());
}

TEST_F(PublishTest, IgnoredBySinkIsAcknowledgedAtOnce) {
  FakeClient& a = Connect("a");
  Subscribe(a, "t");
  const PublishOutcome heard = Publish(a, "t", "x", Qos::kAtLeastOnce);
  EXPECT_EQ(heard.verdict, PublishVerdict::kAcknowledge);
  EXPECT_EQ(heard.reason, ReasonCode::kSuccess);
  EXPECT_EQ(Publish(a, "u", "x", Qos::kAtLeastOnce).reason, ReasonCode::kNoMatchingSubscribers);
}

TEST_F(PublishTest, AcceptedBySinkIsAcknowledgedByIt) {
  FakeClient& a = Connect("a", {.identity = "device-1"});
  sink_.verdict = Verdict::kAccepted;
  EXPECT_EQ(Publish(a, "t", "x", Qos::kAtLeastOnce).verdict, PublishVerdict::kPending);
  EXPECT_EQ(sink_.offered, (Lines{"device-1:t"}));
  EXPECT_TRUE(a.acknowledged.empty());
  broker_->Acknowledge(sink_.last_ack, ReasonCode::kSuccess);
  ASSERT_EQ(a.acknowledged.size(), 1U);
  EXPECT_EQ(a.acknowledged[0].first, 7);
}

TEST_F(PublishTest, NobodyWaitsForAnAcknowledgementOfQos0) {
  FakeClient& a = Connect("a");
  sink_.verdict = Verdict::kAccepted;
  EXPECT_EQ(Publish(a, "t", "x").verdict, PublishVerdict::kAcknowledge);
  broker_->Acknowledge(sink_.last_ack, ReasonCode::kSuccess);
  EXPECT_TRUE(a.acknowledged.empty());
}

TEST_F(PublishTest, LateAcknowledgementOfQos1DoesNotReachAnotherConnection) {
  FakeClient& first = Connect("a", {.expiry_seconds = 60});
  sink_.verdict = Verdict::kAccepted;
  Publish(first, "t", "x", Qos::kAtLeastOnce);
  FakeClient& second = Connect("a", {.clean_start = false});
  broker_->Acknowledge(sink_.last_ack, ReasonCode::kSuccess);
  EXPECT_TRUE(first.acknowledged.empty());
  EXPECT_TRUE(second.acknowledged.empty());
}

TEST_F(PublishTest, LateAcknowledgementOfQos2FollowsTheSession) {
  FakeClient& first = Connect("a", {.expiry_seconds = 60});
  sink_.verdict = Verdict::kAccepted;
  Publish(first, "t", "x", Qos::kExactlyOnce);
  FakeClient& second = Connect("a", {.clean_start = false});
  broker_->Acknowledge(sink_.last_ack, ReasonCode::kSuccess);
  EXPECT_EQ(second.acknowledged.size(), 1U);
}

TEST_F(PublishTest, LateAcknowledgementOfQos2ReachesADetachedSession) {
  FakeClient& a = Connect("a", {.expiry_seconds = 60});
  sink_.verdict = Verdict::kAccepted;
  a.state->inbound.Insert(7);
  Publish(a, "t", "x", Qos::kExactlyOnce);
  a.Close(session::WillFate::kNone);
  broker_->Acknowledge(sink_.last_ack, ReasonCode::kSuccess);
  EXPECT_EQ(a.state->inbound.Find(7)->stage, session::InboundIds::Stage::kReceived);
}

TEST_F(PublishTest, LateAcknowledgementDoesNotReachANewSession) {
  FakeClient& first = Connect("a", {.expiry_seconds = 60});
  sink_.verdict = Verdict::kAccepted;
  Publish(first, "t", "x", Qos::kExactlyOnce);
  FakeClient& second = Connect("a", {.clean_start = true});
  broker_->Acknowledge(sink_.last_ack, ReasonCode::kSuccess);
  EXPECT_TRUE(second.acknowledged.empty());
}

TEST_F(PublishTest, BusySinkMakesNothingHappen) {
  FakeClient& a = Connect("a");
  Subscribe(a, "t");
  sink_.verdict = Verdict::kBusy;
  EXPECT_EQ(Publish(a, "t", "x").verdict, PublishVerdict::kRetry);
  EXPECT_TRUE(a.Take().empty());
}

TEST_F(PublishTest, FullSinkRefusesWithQuotaExceeded) {
  FakeClient& a = Connect("a");
  Subscribe(a, "t");
  sink_.verdict = Verdict::kFull;
  const PublishOutcome outcome = Publish(a, "t", "x", Qos::kAtLeastOnce);
  EXPECT_EQ(outcome.verdict, PublishVerdict::kAcknowledge);
  EXPECT_EQ(outcome.reason, ReasonCode::kQuotaExceeded);
  EXPECT_TRUE(a.Take().empty());
  EXPECT_EQ(counters_.sink_refused.value(), 1U);
}

TEST_F(PublishTest, FullSinkPausesA311Publisher) {
  FakeClient& a = Connect("a", {.version = codec::Version::kV311});
  sink_.verdict = Verdict::kFull;
  EXPECT_EQ(Publish(a, "t", "x", Qos::kAtLeastOnce).verdict, PublishVerdict::kRetry);
  EXPECT_EQ(Publish(a, "t", "x").verdict, PublishVerdict::kAcknowledge);  // QoS 0: lost, counted
  EXPECT_EQ(counters_.sink_refused.value(), 1U);
}

TEST_F(PublishTest, DeniedPublishReachesNobody) {
  Restart({}, AccessControl::DefaultRules());
  FakeClient& a = Connect("a", {.identity = "d1"});
  const PublishOutcome outcome = Publish(a, "devices/d2/x", "x", Qos::kAtLeastOnce);
  EXPECT_EQ(outcome.verdict, PublishVerdict::kAcknowledge);
  EXPECT_EQ(outcome.reason, ReasonCode::kNotAuthorized);
  EXPECT_TRUE(sink_.offered.empty());
  EXPECT_EQ(counters_.publish_denied.value(), 1U);
}

TEST_F(PublishTest, DeniedPublishOf311EndsTheConnection) {  // 3.1.1 [MQTT-3.3.5-2]
  Restart({}, AccessControl::DefaultRules());
  FakeClient& a = Connect("a", {.version = codec::Version::kV311});
  EXPECT_EQ(Publish(a, "x", "x", Qos::kAtLeastOnce).verdict, PublishVerdict::kDisconnect);
  EXPECT_EQ(Publish(a, "x", "x").verdict, PublishVerdict::kAcknowledge);
}

TEST_F(PublishTest, LocalPublishNeitherAsksNorFeedsTheSink) {
  Restart({}, AccessControl::DefaultRules());
  FakeClient& a = Connect("a", {.identity = "d1"});
  Subscribe(a, "events/d1/#");
  EXPECT_TRUE(broker_->AnyoneListens("events/d1/t"));
  EXPECT_FALSE(broker_->AnyoneListens("events/d2/t"));
  EXPECT_EQ(broker_->PublishLocal(clock_.Now(), Message("events/d1/t", "{}")), 1U);
  EXPECT_EQ(broker_->PublishLocal(clock_.Now(), Message("events/d2/t", "{}")), 0U);
  EXPECT_EQ(a.Take(), (Lines{"events/d1/t={} q0"}));
  EXPECT_TRUE(sink_.offered.empty());
}

}  // namespace
}  // namespace sluice::broker
