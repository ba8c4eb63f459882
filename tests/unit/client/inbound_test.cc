// Messages from the server.

#include "client_fixture.h"

namespace sluice::client {
namespace {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;

class InboundTest : public BothVersions {
 protected:
  void ConnectAndSubscribe() {
    Connect();
    Subscribe(1, {"#"});
    Send(Suback());
    Sent();
    Told();
  }
  void Resume() {
    options.clean_start = false;
    connack.session_present = true;
    Connect();
  }
  static codec::Suback Suback() {
    static constexpr uint8_t kGranted[] = {1};
    return {1, kGranted, {}};
  }
};
SLUICE_BOTH_VERSIONS(InboundTest);

TEST_P(InboundTest, Qos0IsHandedOut) {
  ConnectAndSubscribe();
  SendPublish(Qos::kAtMostOnce, 0, "a/b");
  EXPECT_EQ(Told(), "message a/b=x q0");
  EXPECT_EQ(Sent(), "");
}

TEST_P(InboundTest, Qos1IsAnsweredWhenTheOwnerSaysSo) {
  ConnectAndSubscribe();
  SendPublish(Qos::kAtLeastOnce, 7);
  EXPECT_EQ(Told(), "message t=x q1 #7");
  EXPECT_EQ(Sent(), "");
  Acknowledge(7);
  EXPECT_EQ(SentHex(), "40 02 00 07");
  Acknowledge(7);
  EXPECT_EQ(Sent(), "");
}

TEST_P(InboundTest, Qos2IsAnsweredReleasedAndCompleted) {
  ConnectAndSubscribe();
  SendPublish(Qos::kExactlyOnce, 7);
  EXPECT_EQ(Told(), "message t=x q2 #7");
  Acknowledge(7);
  EXPECT_EQ(SentHex(), "50 02 00 07");
  SendAck(PacketType::kPubrel, 7);
  EXPECT_EQ(SentHex(), "70 02 00 07");
}

// [MQTT-4.6.0-2] [MQTT-4.6.0-3]
TEST_P(InboundTest, AnswersLeaveInTheOrderOfArrival) {
  ConnectAndSubscribe();
  SendPublish(Qos::kAtLeastOnce, 1);
  SendPublish(Qos::kExactlyOnce, 2);
  SendPublish(Qos::kAtLeastOnce, 3);
  Acknowledge(3);
  Acknowledge(2);
  EXPECT_EQ(Sent(), "");
  Acknowledge(1);
  EXPECT_EQ(Sent(), "PUBACK id=1; PUBREC id=2; PUBACK id=3");
}

TEST_P(InboundTest, MessageThatNobodyAskedForIsAProtocolError) {
  Connect();
  SendPublish(Qos::kAtMostOnce, 0);
  EXPECT_EQ(Told(), "end protocol_error 82");
}

// Before SUBACK (3.8.4).
TEST_P(InboundTest, MessageMayComeBeforeSuback) {
  Connect();
  Subscribe(1, {"#"});
  SendPublish(Qos::kAtMostOnce, 0);
  EXPECT_EQ(Told(), "message t=x q0");
}

TEST_P(InboundTest, MessageOfAResumedSessionNeedsNoSubscription) {
  Resume();
  SendPublish(Qos::kAtLeastOnce, 1);
  EXPECT_EQ(Told(), "message t=x q1 #1");
}

TEST_P(InboundTest, MoreThanReceiveMaximumIsAnError) {
  options.receive_maximum = 2;
  ConnectAndSubscribe();
  SendPublish(Qos::kAtLeastOnce, 1);
  SendPublish(Qos::kExactlyOnce, 2);
  SendPublish(Qos::kAtMostOnce, 0);
  Acknowledge(1);
  Acknowledge(2);
  SendPublish(Qos::kAtLeastOnce, 3);
  Told();
  SendPublish(Qos::kAtLeastOnce, 4);  // 2 has not been released
  // A server of 3.1.1 was not told: NATS has up to 1,024 on the way.
  EXPECT_EQ(Told(), is_v5() ? "end protocol_error 93" : "message t=x q1 #4");
}

TEST_P(InboundTest, IdentifierInUseIsAProtocolError) {
  for (const Qos second : {Qos::kAtLeastOnce, Qos::kExactlyOnce}) {
    ConnectAndSubscribe();
    SendPublish(Qos::kAtLeastOnce, 7);
    Told();
    SendPublish(second, 7);
    EXPECT_EQ(Told(), "end protocol_error 82");
  }
}

TEST_P(InboundTest, Qos1WithAnIdentifierThatWaitsForPubrelIsAProtocolError) {
  ConnectAndSubscribe();
  SendPublish(Qos::kExactlyOnce, 7);
  Acknowledge(7);
  Told();
  SendPublish(Qos::kAtLeastOnce, 7);
  EXPECT_EQ(Told(), "end protocol_error 82");
}

// [MQTT-4.3.3-10]
TEST_P(InboundTest, RepeatedQos2OfAResumedSessionIsNotHandedOutAgain) {
  options.clean_start = false;
  ConnectAndSubscribe();
  SendPublish(Qos::kExactlyOnce, 7);
  Acknowledge(7);
  Resume();
  SendPublish(Qos::kExactlyOnce, 7);
  EXPECT_EQ(Told(), "");
  EXPECT_EQ(Sent(), "PUBREC id=7");
  SendAck(PacketType::kPubrel, 7);
  EXPECT_EQ(Sent(), "PUBCOMP id=7");
  SendPublish(Qos::kExactlyOnce, 7);
  EXPECT_EQ(Told(), "message t=x q2 #7");
}

TEST_P(InboundTest, PubrelOfAResumedSessionIsCompleted) {
  options.clean_start = false;
  ConnectAndSubscribe();
  SendPublish(Qos::kExactlyOnce, 7);
  Acknowledge(7);
  Resume();
  SendAck(PacketType::kPubrel, 7);
  EXPECT_EQ(Sent(), "PUBCOMP id=7");
  SendAck(PacketType::kPubrel, 8);
  EXPECT_EQ(Sent(), is_v5() ? "PUBCOMP id=8 reason=92" : "PUBCOMP id=8");
}

TEST_P(InboundTest, WhatWasInFlightBeforeDoesNotCountButWhatIsSentAgainDoes) {
  options.clean_start = false;
  options.receive_maximum = 2;
  ConnectAndSubscribe();
  for (const uint16_t id : {1, 2}) {
    SendPublish(Qos::kExactlyOnce, id);
    Acknowledge(id);
  }
  Resume();
  SendPublish(Qos::kAtLeastOnce, 3);
  SendPublish(Qos::kExactlyOnce, 1);
  EXPECT_TRUE(client->connected());
  SendPublish(Qos::kExactlyOnce, 2);
  EXPECT_EQ(client->connected(), !is_v5());
  if (is_v5()) {
    EXPECT_EQ(client->end().reason, ReasonCode::kReceiveMaximumExceeded);
  }
}

TEST_P(InboundTest, NewSessionForgetsWhatWasBefore) {
  options.clean_start = false;
  ConnectAndSubscribe();
  SendPublish(Qos::kExactlyOnce, 7);
  Acknowledge(7);
  ConnectAndSubscribe();
  SendPublish(Qos::kExactlyOnce, 7);
  EXPECT_EQ(Told(), "message t=x q2 #7");
}

TEST_P(InboundTest, PubrelBeforePubrecIsAProtocolError) {
  ConnectAndSubscribe();
  SendPublish(Qos::kExactlyOnce, 7);
  Told();
  SendAck(PacketType::kPubrel, 7);
  EXPECT_EQ(Told(), "end protocol_error 82");
  ConnectAndSubscribe();
  SendAck(PacketType::kPubrel, 9);
  EXPECT_EQ(Told(), "end protocol_error 82");
}

TEST_P(InboundTest, RefusalIsTheServersToKnowIfItCan) {
  ConnectAndSubscribe();
  SendPublish(Qos::kAtLeastOnce, 1);
  SendPublish(Qos::kExactlyOnce, 2);
  Acknowledge(1, ReasonCode::kQuotaExceeded);
  Acknowledge(2, ReasonCode::kQuotaExceeded);
  EXPECT_EQ(Sent(),
            is_v5() ? "PUBACK id=1 reason=97; PUBREC id=2 reason=97" : "PUBACK id=1; PUBREC id=2");
  Told();
  SendPublish(Qos::kExactlyOnce, 2);  // free again in MQTT 5, a repetition in 3.1.1
  EXPECT_EQ(Told(), is_v5() ? "message t=x q2 #2" : "");
}

TEST_P(InboundTest, WildcardInATopicIsAProtocolError) {
  ConnectAndSubscribe();
  SendPublish(Qos::kAtMostOnce, 0, "a/+");
  EXPECT_EQ(Told(), "end protocol_error 82");
}

TEST_P(InboundTest, MalformedPublishIsMalformed) {
  ConnectAndSubscribe();
  SendHex("36 02 00 00");
  EXPECT_EQ(Told(), "end malformed 81");
  EXPECT_EQ(Sent().starts_with("DISCONNECT reason=81"), is_v5());
}

TEST_P(InboundTest, PacketsOfClientsAreProtocolErrors) {
  for (const char* hex : {"C0 00", "82 06 00 01 00 01 61 00", "A2 05 00 01 00 01 61", "10 00"}) {
    Connect();
    SendHex(hex);
    EXPECT_EQ(Told(), "end protocol_error 82") << hex;
  }
}

class InboundAliasTest : public ClientTest {
 protected:
  void SendAliased(uint16_t alias, std::string_view topic) {
    codec::Publish publish;
    publish.topic = topic;
    publish.payload = AsBytes("x");
    publish.properties.topic_alias = alias;
    Send(publish);
  }
  void Start(uint16_t maximum) {
    options.topic_alias_maximum = maximum;
    Connect();
    Subscribe(1, {"#"});
  }
};

TEST_F(InboundAliasTest, AliasBecomesItsTopic) {
  Start(2);
  SendAliased(1, "a");
  SendAliased(2, "b");
  SendAliased(1, "");
  SendAliased(1, "c");
  SendAliased(1, "");
  EXPECT_EQ(Told(),
            "message a=x q0; message b=x q0; message a=x q0; message c=x q0; message c=x q0");
}

// [MQTT-3.1.2-26]
TEST_F(InboundAliasTest, AliasAboveOurMaximumEndsTheConnection) {
  Start(2);
  SendAliased(3, "a");
  EXPECT_EQ(Told(), "end protocol_error 94");
}

// [MQTT-3.1.2-27]
TEST_F(InboundAliasTest, AliasWithoutAMaximumEndsTheConnection) {
  Start(0);
  SendAliased(1, "a");
  EXPECT_EQ(Told(), "end protocol_error 94");
}

TEST_F(InboundAliasTest, AliasThatWasNeverSetIsAProtocolError) {
  Start(2);
  SendAliased(2, "");
  EXPECT_EQ(Told(), "end protocol_error 82");
}

}  // namespace
}  // namespace sluice::client
