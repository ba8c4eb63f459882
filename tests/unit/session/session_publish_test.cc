#include "session_fixture.h"

namespace sluice::session {
namespace {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;
using codec::Version;

class OnPublishTest : public BothVersions {
 protected:
  void SetUp() override {
    limits.receive_maximum = 3;
    limits.max_qos2_ids = 5;
  }
};
SLUICE_BOTH_VERSIONS(OnPublishTest);

TEST_P(OnPublishTest, Qos0IsHandedOutAndHasNoAnswer) {
  Connect(GetParam());
  Publish(Qos::kAtMostOnce, 0, "a/b");
  EXPECT_EQ(Asked(), "publish a/b=x q0");
  EXPECT_EQ(session->unacknowledged(), 0u);
}

TEST_P(OnPublishTest, Qos1IsAnsweredWhenTheOwnerSays) {  // [MQTT-4.3.2-4]
  Connect(GetParam());
  Publish(Qos::kAtLeastOnce, 7);
  EXPECT_EQ(Asked(), "publish t=x q1 #7");
  EXPECT_EQ(Sent(), "");
  Acknowledge(7);
  EXPECT_EQ(SentHex(), "40 02 00 07");
}

TEST_P(OnPublishTest, Qos2GoesThroughItsFourPackets) {  // [MQTT-4.3.3-8]
  Connect(GetParam());
  Publish(Qos::kExactlyOnce, 7);
  EXPECT_EQ(Asked(), "publish t=x q2 #7");
  Acknowledge(7);
  EXPECT_EQ(Sent(), "PUBREC 7");
  SendAck(PacketType::kPubrel, 7);
  EXPECT_EQ(Sent(), "PUBCOMP 7");  // [MQTT-4.3.3-11]
  EXPECT_EQ(state.inbound.size(), 0u);
}

TEST_P(OnPublishTest, RepeatedQos2IsAcknowledgedButNotHandedOut) {  // [MQTT-4.3.3-10]
  Connect(GetParam());
  Publish(Qos::kExactlyOnce, 7);
  Acknowledge(7);
  Asked();
  Sent();
  Publish(Qos::kExactlyOnce, 7, "t", true);
  EXPECT_EQ(Asked(), "");
  EXPECT_EQ(Sent(), "PUBREC 7");
  EXPECT_EQ(counters.duplicates_suppressed.value(), 1u);
}

TEST_P(OnPublishTest, RepeatedQos2IsAnsweredOnceWhileTheOwnerThinks) {
  Connect(GetParam());
  Publish(Qos::kExactlyOnce, 7);
  Publish(Qos::kExactlyOnce, 7, "t", true);
  EXPECT_EQ(Asked(), "publish t=x q2 #7");
  Acknowledge(7);
  EXPECT_EQ(Sent(), "PUBREC 7");
}

TEST_P(OnPublishTest, Qos2IdIsNewAgainAfterPubrel) {  // [MQTT-4.3.3-12]
  Connect(GetParam());
  for (int i = 0; i < 2; ++i) {
    Publish(Qos::kExactlyOnce, 7);
    Acknowledge(7);
    SendAck(PacketType::kPubrel, 7);
    EXPECT_EQ(Asked(), "publish t=x q2 #7");
  }
}

TEST_P(OnPublishTest, RepeatedQos1IsAnsweredOnceWhileTheOwnerThinks) {
  Connect(GetParam());
  Publish(Qos::kAtLeastOnce, 7);
  Publish(Qos::kAtLeastOnce, 7, "t", true);
  EXPECT_EQ(Asked(), "publish t=x q1 #7");
  Acknowledge(7);
  EXPECT_EQ(Sent(), "PUBACK 7");
}

TEST_P(OnPublishTest, RepeatedQos1IsANewMessageAfterPuback) {  // [MQTT-4.3.2-5]
  Connect(GetParam());
  Publish(Qos::kAtLeastOnce, 7);
  Acknowledge(7);
  Publish(Qos::kAtLeastOnce, 7, "t", true);
  EXPECT_EQ(Asked(), "publish t=x q1 #7; publish t=x q1 #7");
}

TEST_P(OnPublishTest, IdInUseMustNotBeUsedForAnotherMessage) {  // [MQTT-2.2.1-3]
  Connect(GetParam());
  Publish(Qos::kAtLeastOnce, 7);
  Publish(Qos::kAtLeastOnce, 7, "t", false);
  EXPECT_EQ(Asked(), "publish t=x q1 #7; close rule 82 will=none expiry=0");
}

TEST_P(OnPublishTest, IdOfQos1MustNotBeUsedForQos2) {  // [MQTT-2.2.1-3]
  Connect(GetParam());
  Publish(Qos::kAtLeastOnce, 7);
  Publish(Qos::kExactlyOnce, 7, "t", true);
  EXPECT_EQ(Asked(), "publish t=x q1 #7; close rule 82 will=none expiry=0");
}

TEST_P(OnPublishTest, IdOfQos2MustNotBeUsedForQos1) {  // [MQTT-2.2.1-3]
  Connect(GetParam());
  Publish(Qos::kExactlyOnce, 7);
  Acknowledge(7);
  Publish(Qos::kAtLeastOnce, 7, "t", true);
  EXPECT_EQ(Asked(), "publish t=x q2 #7; close rule 82 will=none expiry=0");
}

TEST_P(OnPublishTest, QosAboveTheMaximumIsRefused) {  // [MQTT-3.2.2-11]
  capabilities.maximum_qos = 1;
  Connect(GetParam());
  Publish(Qos::kExactlyOnce, 7);
  EXPECT_EQ(Sent(), IsV5() ? "DISCONNECT 9B" : "");
  EXPECT_EQ(Asked(), "close rule 9B will=none expiry=0");
}

TEST_P(OnPublishTest, RetainedMessageNeedsRetain) {  // [MQTT-3.2.2-14]
  capabilities.retain = false;
  Connect(GetParam());
  SendHex(IsV5() ? "31 05 00 01 't' 00 'x'" : "31 04 00 01 't' 'x'");
  EXPECT_EQ(Asked(), "close rule 9A will=none expiry=0");
}

TEST_P(OnPublishTest, LongTopicIsRefused) {
  limits.max_topic_bytes = 3;
  Connect(GetParam());
  Publish(Qos::kAtMostOnce, 0, "abc");
  Publish(Qos::kAtMostOnce, 0, "abcd");
  EXPECT_EQ(Asked(), "publish abc=x q0");  // It has no answer.
  EXPECT_EQ(counters.topics_refused.value(), 1u);
}

TEST_P(OnPublishTest, LongTopicIsAnsweredWhereThereIsAnAnswer) {
  limits.max_topic_bytes = 3;
  for (const Qos qos : {Qos::kAtLeastOnce, Qos::kExactlyOnce}) {
    Connect(GetParam());
    Publish(qos, 7, "abcd");
    if (!IsV5()) {  // [MQTT-3.3.5-2]
      EXPECT_EQ(Asked(), "close limit 90 will=none expiry=0");
      state = {};
      continue;
    }
    EXPECT_EQ(Sent(), qos == Qos::kAtLeastOnce ? "PUBACK 7 90" : "PUBREC 7 90");
    Publish(qos, 7, "abc");  // The identifier is free.
    EXPECT_EQ(Asked(), qos == Qos::kAtLeastOnce ? "publish abc=x q1 #7" : "publish abc=x q2 #7");
    state = {};
  }
}

TEST_P(OnPublishTest, ControlCharacterInTheTopicIsRefused) {
  Connect(GetParam());
  Publish(Qos::kAtMostOnce, 0, "a\x1b[2J");
  EXPECT_EQ(Asked(), "");
  EXPECT_EQ(counters.control_characters.value(), 1u);
}

TEST_P(OnPublishTest, ControlCharacterIsTakenWhenAskedFor) {
  limits.control_characters = true;
  Connect(GetParam());
  Publish(Qos::kAtMostOnce, 0, "a\tb");
  EXPECT_EQ(Asked(), "publish a\tb=x q0");
}

TEST_F(SessionTest, TextThatIsNoneIsRefusedWhereThatIsChecked) {
  capabilities.check_payload_format = true;
  Connect(Version::kV5);
  SendHex("32 09 00 01 't' 00 07 02 01 01 FF");
  EXPECT_EQ(Sent(), "PUBACK 7 99");
  SendHex("32 0A 00 01 't' 00 07 02 01 01 C3 A4");
  SendHex("32 09 00 01 't' 00 08 02 01 00 FF");
  EXPECT_EQ(counters.payload_formats_refused.value(), 1u);
  EXPECT_TRUE(session->connected());
}

TEST_F(SessionTest, AliasOfAMessageThatIsRefusedForItsPayloadHolds) {
  capabilities.check_payload_format = true;
  Connect(Version::kV5);
  SendHex("30 0A 00 01 't' 05 01 01 23 00 01 FF");
  SendHex("30 07 00 00 03 23 00 01 'x'");
  EXPECT_EQ(Asked(), "publish t=x q0");
}

// Answers leave in the order of arrival [MQTT-4.6.0-2].
TEST_F(SessionTest, RefusalWaitsForTheAnswersBeforeIt) {
  limits.max_topic_bytes = 3;
  Connect(Version::kV5);
  Publish(Qos::kAtLeastOnce, 1, "abc");
  Publish(Qos::kAtLeastOnce, 2, "abcd");
  EXPECT_EQ(Sent(), "");
  Acknowledge(1);
  EXPECT_EQ(Sent(), "PUBACK 1; PUBACK 2 90");
}

TEST_F(SessionTest, LongTopicWithAnAliasEndsTheConnection) {
  limits.max_topic_bytes = 3;
  Connect(Version::kV5);
  SendHex("30 0A 00 04 'abcd' 03 23 00 01");
  EXPECT_EQ(Asked(), "close limit 90 will=none expiry=0");
}

TEST_F(SessionTest, AliasedTopicsAreBoundedTogether) {
  limits.max_alias_bytes = 5;
  Connect(Version::kV5);
  SendHex("30 09 00 03 'abc' 03 23 00 01");
  SendHex("30 08 00 02 'ab' 03 23 00 01");
  SendHex("30 09 00 03 'abc' 03 23 00 02");
  EXPECT_TRUE(session->connected());
  SendHex("30 09 00 03 'abc' 03 23 00 03");
  EXPECT_EQ(Sent(), "DISCONNECT 97");
  EXPECT_EQ(counters.alias_bytes_exceeded.value(), 1u);
}

TEST_P(OnPublishTest, DeepTopicIsRefused) {
  limits.max_topic_levels = 3;
  Connect(GetParam());
  Publish(Qos::kAtMostOnce, 0, "a/b/c");
  Publish(Qos::kAtMostOnce, 0, "a/b/c/d");
  EXPECT_EQ(Asked(), "publish a/b/c=x q0");
}

TEST_P(OnPublishTest, QosThreeIsMalformed) {  // [MQTT-3.3.1-4] [MQTT-4.13.1-1]
  Connect(GetParam());
  SendHex("36 06 00 01 't' 00 07 00");
  EXPECT_EQ(Sent(), IsV5() ? "DISCONNECT 81" : "");
  EXPECT_EQ(Asked(), "close malformed 81 will=none expiry=0");
}

TEST_F(SessionTest, ReceiveMaximumIsEnforcedOnMqtt5) {  // [MQTT-3.3.4-7]
  limits.receive_maximum = 3;
  Connect(Version::kV5);
  for (uint16_t id = 1; id <= 3; ++id) Publish(Qos::kAtLeastOnce, id);
  Asked();
  Publish(Qos::kAtLeastOnce, 4);
  EXPECT_EQ(Sent(), "DISCONNECT 93");
  EXPECT_EQ(Asked(), "close limit 93 will=none expiry=0");
  EXPECT_EQ(counters.receive_maximum_exceeded.value(), 1u);
}

TEST_F(SessionTest, ReceiveMaximumCountsQos2UntilPubcomp) {
  limits.receive_maximum = 1;
  Connect(Version::kV5);
  Publish(Qos::kExactlyOnce, 1);
  Acknowledge(1);
  SendAck(PacketType::kPubrel, 1);
  Publish(Qos::kExactlyOnce, 2);
  Acknowledge(2);
  Asked();
  Publish(Qos::kAtLeastOnce, 3);
  EXPECT_EQ(Asked(), "close limit 93 will=none expiry=0");
}

TEST_F(SessionTest, ReceiveMaximumCountsRepetitionsOfEarlierConnections) {
  limits.receive_maximum = 1;
  connect.clean_start = false;
  connect.properties.session_expiry_interval = 10;
  Connect(Version::kV5);
  Publish(Qos::kExactlyOnce, 1);
  Acknowledge(1);
  CloseStream();
  Resume(Version::kV5);
  Publish(Qos::kExactlyOnce, 1, "t", true);
  Asked();
  Publish(Qos::kAtLeastOnce, 2);
  EXPECT_EQ(Asked(), "close limit 93 will=none expiry=10");
}

TEST_F(SessionTest, PubrelOfAnEarlierConnectionGivesNothingBackToTheReceiveMaximum) {
  limits.receive_maximum = 1;
  connect.clean_start = false;
  connect.properties.session_expiry_interval = 10;
  Connect(Version::kV5);
  Publish(Qos::kExactlyOnce, 1);
  Acknowledge(1);
  CloseStream();
  Resume(Version::kV5);
  Publish(Qos::kAtLeastOnce, 2);
  SendAck(PacketType::kPubrel, 1);
  Asked();
  Publish(Qos::kAtLeastOnce, 3);
  EXPECT_EQ(Asked(), "close limit 93 will=none expiry=10");
}

TEST_F(SessionTest, RefusedMessagesAreTakenOffTheReceiveMaximum) {
  limits.receive_maximum = 1;
  Connect(Version::kV5);
  for (uint16_t id = 1; id <= 3; ++id) {
    Publish(id % 2 ? Qos::kExactlyOnce : Qos::kAtLeastOnce, id);
    Acknowledge(id, ReasonCode::kQuotaExceeded);
  }
  EXPECT_EQ(Sent(), "PUBREC 1 97; PUBACK 2 97; PUBREC 3 97");
  EXPECT_TRUE(session->connected());
}

TEST_F(SessionTest, IdOfARefusedQos2MessageIsNewAgain) {  // [MQTT-4.3.3-9]
  Connect(Version::kV5);
  Publish(Qos::kExactlyOnce, 1);
  Acknowledge(1, ReasonCode::kQuotaExceeded);
  Asked();
  Publish(Qos::kExactlyOnce, 1, "other");
  EXPECT_EQ(Asked(), "publish other=x q2 #1");
}

TEST_F(SessionTest, FullWindowOf311StopsTheInputUntilAnAcknowledgement) {
  limits.receive_maximum = 2;
  Connect(Version::kV311);
  ByteBuffer bytes;
  codec::Publish publish;
  publish.qos = Qos::kAtLeastOnce;
  publish.topic = "t";
  for (publish.packet_id = 1; publish.packet_id <= 3; ++publish.packet_id) {
    Encode(publish, Version::kV311, &bytes);
  }
  const size_t one = bytes.size() / 3;
  EXPECT_EQ(SendBytes(bytes.view()), 2 * one);
  EXPECT_FALSE(session->CanReceive());
  EXPECT_EQ(counters.input_blocked.value(), 1u);
  Acknowledge(1);
  EXPECT_TRUE(session->CanReceive());
  EXPECT_EQ(SendBytes(bytes.view().subspan(2 * one)), one);
}

TEST_P(OnPublishTest, IdsWithoutPubrelAreBounded) {
  Connect(GetParam());
  session.reset();
  connect.properties.session_expiry_interval = 10;
  connect.clean_start = false;
  for (uint16_t id = 1; id <= 6; ++id) {
    Resume(GetParam());
    Publish(Qos::kExactlyOnce, id);
    Acknowledge(id);
    if (!session->closed()) CloseStream();
    Sent();
  }
  EXPECT_EQ(counters.qos2_ids_exceeded.value(), 1u);
  EXPECT_EQ(state.inbound.size(), 5u);
}

class TopicAliasTest : public SessionTest {
 protected:
  void SetUp() override {
    limits.topic_alias_maximum = 2;
    Connect(Version::kV5);
  }
  void PublishAlias(std::string_view topic, uint16_t alias) {
    codec::Publish publish;
    publish.topic = topic;
    publish.properties.topic_alias = alias;
    Send(publish);
  }
};

TEST_F(TopicAliasTest, AliasStandsForItsTopic) {  // [MQTT-3.3.2-12]
  PublishAlias("a/b", 1);
  PublishAlias("", 1);
  EXPECT_EQ(Asked(), "publish a/b= q0; publish a/b= q0");
}

TEST_F(TopicAliasTest, AliasCanBeSetAnew) {
  PublishAlias("a", 2);
  PublishAlias("b", 2);
  PublishAlias("", 2);
  EXPECT_EQ(Asked(), "publish a= q0; publish b= q0; publish b= q0");
}

TEST_F(TopicAliasTest, AliasIsNotHandedOn) {
  codec::Publish publish;
  publish.topic = "a";
  publish.properties.topic_alias = 1;
  ByteBuffer bytes;
  Encode(publish, Version::kV5, &bytes);
  session->Receive(clock.Now(), bytes.view(), &out);
  const auto& received = std::get<PublishReceived>(out.actions.at(0));
  EXPECT_FALSE(received.publish->properties.topic_alias.has_value());
}

TEST_F(TopicAliasTest, AliasAboveTheMaximumIsInvalid) {  // [MQTT-3.3.2-9]
  PublishAlias("a", 3);
  EXPECT_EQ(Sent(), "DISCONNECT 94");
}

TEST_F(TopicAliasTest, AliasThatWasNeverSetIsAProtocolError) {
  PublishAlias("a", 2);
  Asked();
  PublishAlias("", 1);
  EXPECT_EQ(Sent(), "DISCONNECT 82");
}

TEST_F(TopicAliasTest, AliasesEndWithTheConnection) {  // [MQTT-3.3.2-7]
  PublishAlias("a", 1);
  CloseStream();
  Connect(Version::kV5);
  PublishAlias("", 1);
  EXPECT_EQ(Sent(), "DISCONNECT 82");
}

}  // namespace
}  // namespace sluice::session
