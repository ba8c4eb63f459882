#include "session_fixture.h"

namespace sluice::session {
namespace {

using codec::ReasonCode;
using codec::Version;

class OnSubscribeTest : public BothVersions {
 protected:
  void SetUp() override { Connect(GetParam()); }
  void AcceptSubscribe(uint16_t packet_id, std::vector<ReasonCode> codes) {
    session->AcceptSubscribe(packet_id, codes, &out);
  }
  void AcceptUnsubscribe(uint16_t packet_id, std::vector<ReasonCode> codes) {
    session->AcceptUnsubscribe(packet_id, codes, &out);
  }
};
SLUICE_BOTH_VERSIONS(OnSubscribeTest);

TEST_P(OnSubscribeTest, SubscribeIsAnsweredByTheOwner) {  // [MQTT-3.8.4-1] [MQTT-3.8.4-6]
  Subscribe(3, {"a/+", "b/#"});
  EXPECT_EQ(Asked(), "subscribe #3 a/+ b/#");
  AcceptSubscribe(3, {ReasonCode::kGrantedQos1, ReasonCode::kNotAuthorized});
  EXPECT_EQ(SentHex(), IsV5() ? "90 05 00 03 00 01 87" : "90 04 00 03 01 80");
}

TEST_P(OnSubscribeTest, UnsubscribeIsAnsweredByTheOwner) {  // [MQTT-3.10.4-4] [MQTT-3.11.3-1]
  Unsubscribe(4, {"a", "b"});
  EXPECT_EQ(Asked(), "unsubscribe #4 a b");
  AcceptUnsubscribe(4, {ReasonCode::kSuccess, ReasonCode::kNoSubscriptionExisted});
  EXPECT_EQ(SentHex(), IsV5() ? "B0 05 00 04 00 00 11" : "B0 02 00 04");
}

TEST_P(OnSubscribeTest, NothingIsReceivedUntilTheAnswer) {
  Subscribe(3, {"a"});
  EXPECT_FALSE(session->CanReceive());
  AcceptSubscribe(3, {ReasonCode::kGrantedQos0});
  EXPECT_TRUE(session->CanReceive());
}

TEST_P(OnSubscribeTest, AnswerToAnotherRequestIsWithoutEffect) {
  Subscribe(3, {"a"});
  AcceptSubscribe(4, {ReasonCode::kGrantedQos0});
  AcceptUnsubscribe(3, {ReasonCode::kSuccess});
  EXPECT_EQ(Sent(), "");
  EXPECT_FALSE(session->CanReceive());
}

TEST_P(OnSubscribeTest, MessagesMayComeBeforeTheAnswer) {
  Subscribe(3, {"t"});
  EXPECT_EQ(Deliver(codec::Qos::kAtMostOnce), DeliverResult::kSent);
  EXPECT_EQ(Sent(), "PUBLISH t=x q0");
}

// Each filter has its own answer, which is the owner's.
TEST_P(OnSubscribeTest, DeepAndLongFiltersAreTheOwnersToRefuse) {
  limits.max_topic_levels = 2;
  limits.max_topic_bytes = 5;
  Subscribe(3, {"a", "a/b/c", "abcdef"});
  EXPECT_EQ(Asked(), "subscribe #3 a a/b/c abcdef");
}

TEST_P(OnSubscribeTest, SubscribeWithoutFilterIsAProtocolError) {  // [MQTT-3.8.3-2]
  SendHex(IsV5() ? "82 03 00 01 00" : "82 02 00 01");
  EXPECT_TRUE(session->closed());
  EXPECT_EQ(Asked(), "close rule 82 will=none expiry=0");
}

TEST_P(OnSubscribeTest, FloodOfSubscribesIsSlowedDown) {
  for (uint32_t i = 1; i < limits.control_burst; ++i) {
    Subscribe(3, {"a"});
    AcceptSubscribe(3, {ReasonCode::kGrantedQos0});
  }
  EXPECT_TRUE(session->CanReceive());
  Sent();
  Asked();
  Subscribe(3, {"a"});
  EXPECT_EQ(Asked(), "start rest 20ms; subscribe #3 a");
  AcceptSubscribe(3, {ReasonCode::kGrantedQos0});
  EXPECT_EQ(Sent(), "SUBACK 3 00");
  EXPECT_FALSE(session->CanReceive());
  FireTimer(TimerKind::kRest, std::chrono::milliseconds(20));
  EXPECT_TRUE(session->CanReceive());
}

TEST_P(OnSubscribeTest, ManyFiltersCountAsSeveralPackets) {
  limits.control_burst = 4;
  Connect(GetParam());
  Subscribe(3, std::vector<std::string>(47, "a"));
  AcceptSubscribe(3, std::vector<ReasonCode>(47));
  EXPECT_TRUE(session->CanReceive());
  Unsubscribe(4, {"a"});
  AcceptUnsubscribe(4, {ReasonCode::kSuccess});
  EXPECT_FALSE(session->CanReceive());
}

TEST_F(SessionTest, SubscriptionIdentifierNeedsSupport) {
  capabilities.subscription_identifiers = false;
  Connect(Version::kV5);
  SendHex("82 09 00 01 02 0B 07 00 01 'a' 00");
  EXPECT_EQ(Sent(), "DISCONNECT A1");
}

TEST_F(SessionTest, AnswerThatTheClientDoesNotTakeEndsTheConnection) {  // [MQTT-3.1.2-24]
  connect.properties.maximum_packet_size = 24;
  Connect(Version::kV5);
  Subscribe(3, std::vector<std::string>(30, "a"));
  session->AcceptSubscribe(3, std::vector<ReasonCode>(30), &out);
  EXPECT_EQ(Sent(), "DISCONNECT 95");
}

}  // namespace
}  // namespace sluice::session
