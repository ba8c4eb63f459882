#include "session_fixture.h"

namespace sluice::session {
namespace {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;
using codec::Version;

class DeliverTest : public BothVersions {
 protected:
  void SetUp() override {
    connect.clean_start = false;
    connect.properties.session_expiry_interval = 60;
    limits.max_outbound_in_flight = 3;
    Connect(GetParam());
  }
};
SLUICE_BOTH_VERSIONS(DeliverTest);

TEST_P(DeliverTest, Qos0IsSentAndForgotten) {
  EXPECT_EQ(Deliver(Qos::kAtMostOnce), DeliverResult::kSent);
  EXPECT_EQ(Sent(), "PUBLISH t=x q0");
  EXPECT_TRUE(state.empty());
}

TEST_P(DeliverTest, Qos1IsKeptUntilPuback) {  // [MQTT-4.3.2-3]
  EXPECT_EQ(Deliver(Qos::kAtLeastOnce), DeliverResult::kSent);
  EXPECT_EQ(Sent(), "PUBLISH t=x q1 #1");
  SendAck(PacketType::kPuback, 1);
  EXPECT_EQ(Asked(), "finished #1 00");
  EXPECT_TRUE(state.empty());
}

TEST_P(DeliverTest, Qos2IsKeptUntilPubcomp) {  // [MQTT-4.3.3-3] [MQTT-4.3.3-6]
  Deliver(Qos::kExactlyOnce);
  SendAck(PacketType::kPubrec, 1);
  EXPECT_EQ(Sent(), "PUBLISH t=x q2 #1; PUBREL 1");  // [MQTT-4.3.3-4]
  EXPECT_EQ(Asked(), "");
  SendAck(PacketType::kPubcomp, 1);
  EXPECT_EQ(Asked(), "finished #1 00");
  EXPECT_TRUE(state.empty());
}

TEST_P(DeliverTest, FullWindowTakesNoMoreUntilOneIsFinished) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Deliver(Qos::kAtLeastOnce), DeliverResult::kSent);
  EXPECT_EQ(Deliver(Qos::kAtLeastOnce), DeliverResult::kWindowFull);
  EXPECT_EQ(Deliver(Qos::kAtMostOnce), DeliverResult::kSent);
  EXPECT_EQ(counters.outbound_window_full.value(), 1u);
  SendAck(PacketType::kPuback, 2);
  EXPECT_EQ(Deliver(Qos::kAtLeastOnce), DeliverResult::kSent);
}

TEST_P(DeliverTest, BytesInFlightAreBounded) {
  limits.max_outbound_bytes = 1000;
  EXPECT_EQ(Deliver(Qos::kAtLeastOnce, "t", std::string(5000, 'x')), DeliverResult::kSent);
  EXPECT_EQ(Deliver(Qos::kAtLeastOnce), DeliverResult::kWindowFull);
  SendAck(PacketType::kPuback, 1);
  EXPECT_EQ(Deliver(Qos::kAtLeastOnce), DeliverResult::kSent);
}

// [MQTT-4.1.0-1] [MQTT-4.4.0-1] [MQTT-4.6.0-1]
TEST_P(DeliverTest, InFlightMessagesAreSentAgainInOrder) {
  Deliver(Qos::kAtLeastOnce, "a");
  Deliver(Qos::kExactlyOnce, "b");
  Deliver(Qos::kAtLeastOnce, "c");
  SendAck(PacketType::kPubrec, 2);
  CloseStream();
  Sent();
  Resume(GetParam());
  // [MQTT-3.3.1-1] [MQTT-4.3.3-7]
  EXPECT_EQ(Sent(), "CONNACK present; PUBLISH dup a=x q1 #1; PUBREL 2; PUBLISH dup c=x q1 #3");
  EXPECT_EQ(counters.redelivered.value(), 3u);
}

TEST_P(DeliverTest, ResumedSessionMayChangeItsVersion) {
  Deliver(Qos::kAtLeastOnce, "a");
  CloseStream();
  Sent();
  Resume(IsV5() ? Version::kV311 : Version::kV5);
  EXPECT_EQ(Sent(), "CONNACK present; PUBLISH dup a=x q1 #1");
}

TEST_P(DeliverTest, SecondResumptionSendsAgain) {
  Deliver(Qos::kAtLeastOnce, "a");
  for (int i = 0; i < 2; ++i) {
    CloseStream();
    Sent();
    Resume(GetParam());
    EXPECT_EQ(Sent(), "CONNACK present; PUBLISH dup a=x q1 #1");
  }
}

// [MQTT-2.2.1-4] [MQTT-4.3.2-1] [MQTT-4.3.3-1]
TEST_P(DeliverTest, IdInFlightIsNotGivenToAnotherMessage) {
  Deliver(Qos::kAtLeastOnce, "old");
  for (int i = 0; i < 65'534; ++i) {
    Deliver(Qos::kAtLeastOnce);
    SendAck(PacketType::kPuback, state.outbound.messages()[1].packet_id);
    out.Clear();
  }
  Deliver(Qos::kAtLeastOnce, "new");
  EXPECT_EQ(Sent(), "PUBLISH new=x q1 #2");
}

TEST_P(DeliverTest, WithoutAClientNothingIsTaken) {
  CloseStream();
  EXPECT_EQ(Deliver(Qos::kAtMostOnce), DeliverResult::kClosed);
  EXPECT_EQ(Sent(), "");
}

class DeliverV5Test : public SessionTest {
 protected:
  void ConnectWith(uint16_t receive_maximum, uint32_t max_packet_bytes = 0) {
    connect.clean_start = false;
    connect.properties.session_expiry_interval = 60;
    connect.properties.receive_maximum = receive_maximum;
    if (max_packet_bytes) connect.properties.maximum_packet_size = max_packet_bytes;
  }
};

TEST_F(DeliverV5Test, ClientsReceiveMaximumIsHonoured) {  // [MQTT-3.3.4-9]
  ConnectWith(2);
  Connect(Version::kV5);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Deliver(Qos::kAtLeastOnce), DeliverResult::kSent);
  EXPECT_EQ(Deliver(Qos::kAtLeastOnce), DeliverResult::kWindowFull);
}

TEST_F(DeliverV5Test, RedeliveryHonoursASmallerReceiveMaximum) {  // [MQTT-3.3.4-9]
  ConnectWith(3);
  Connect(Version::kV5);
  for (const char* topic : {"a", "b", "c"}) Deliver(Qos::kAtLeastOnce, topic);
  CloseStream();
  Sent();
  ConnectWith(1);
  Resume(Version::kV5);
  EXPECT_EQ(Sent(), "CONNACK present; PUBLISH dup a=x q1 #1");
  EXPECT_EQ(Deliver(Qos::kAtLeastOnce, "d"), DeliverResult::kWindowFull);  // must not overtake
  SendAck(PacketType::kPuback, 1);
  EXPECT_EQ(Sent(), "PUBLISH dup b=x q1 #2");
}

TEST_F(DeliverV5Test, AckOfAMessageThatWasNotSentAgainYetIsIgnored) {
  ConnectWith(2);
  Connect(Version::kV5);
  for (int i = 0; i < 2; ++i) Deliver(Qos::kExactlyOnce);
  CloseStream();
  ConnectWith(1);
  Resume(Version::kV5);
  Sent();
  SendAck(PacketType::kPubrec, 2);
  EXPECT_EQ(Sent(), "");
  SendAck(PacketType::kPubrec, 1);
  SendAck(PacketType::kPubcomp, 1);
  EXPECT_EQ(Sent(), "PUBREL 1; PUBLISH dup t=x q2 #2");
}

TEST_F(DeliverV5Test, TooLargeMessageIsDroppedAsIfSent) {  // [MQTT-3.1.2-24] [MQTT-3.1.2-25]
  ConnectWith(5, 50);
  Connect(Version::kV5);
  EXPECT_EQ(Deliver(Qos::kAtLeastOnce, "t", std::string(50, 'x')), DeliverResult::kTooLarge);
  EXPECT_EQ(Deliver(Qos::kAtMostOnce, "t", std::string(50, 'x')), DeliverResult::kTooLarge);
  EXPECT_EQ(Sent(), "");
  EXPECT_TRUE(state.empty());
  EXPECT_EQ(counters.outbound_too_large.value(), 2u);
}

TEST_F(DeliverV5Test, MessageThatBecameTooLargeIsFinished) {  // [MQTT-3.1.2-25]
  ConnectWith(5);
  Connect(Version::kV5);
  Deliver(Qos::kAtLeastOnce, "t", std::string(50, 'x'));
  Deliver(Qos::kAtLeastOnce, "small");
  CloseStream();
  Sent();
  Asked();
  ConnectWith(5, 50);
  Resume(Version::kV5);
  EXPECT_EQ(Sent(), "CONNACK present; PUBLISH dup small=x q1 #2");
  EXPECT_EQ(Asked(), "start connect 10000ms; stop connect; connect c; finished #1 95");
}

TEST_F(DeliverV5Test, ExpiryOfARedeliveredMessageIsWhatIsLeft) {  // [MQTT-3.3.2-6]
  ConnectWith(5);
  Connect(Version::kV5);
  codec::Publish message;
  message.qos = Qos::kAtLeastOnce;
  message.topic = "t";
  message.properties.message_expiry_interval = 100;
  session->Deliver(clock.Now(), message, &out);
  CloseStream();
  clock.Advance(std::chrono::seconds(30));
  Resume(Version::kV5);
  EXPECT_NE(SentHex().find("02 00 00 00 46"), std::string::npos);
}

TEST_F(DeliverV5Test, RefusalOfTheClientFinishesTheDelivery) {  // [MQTT-4.4.0-2]
  ConnectWith(5);
  Connect(Version::kV5);
  Deliver(Qos::kAtLeastOnce);
  Deliver(Qos::kExactlyOnce);
  Sent();
  SendAck(PacketType::kPuback, 1, ReasonCode::kQuotaExceeded);
  SendAck(PacketType::kPubrec, 2, ReasonCode::kNotAuthorized);
  EXPECT_EQ(Asked(), "finished #1 97; finished #2 87");
  EXPECT_EQ(Sent(), "");  // no PUBREL after a refusal
  EXPECT_TRUE(state.empty());
}

TEST_F(DeliverV5Test, DupAndAliasOfThePublisherDoNotTravel) {  // [MQTT-3.3.1-3]
  ConnectWith(5);
  Connect(Version::kV5);
  codec::Publish message;
  message.dup = true;
  message.packet_id = 9;
  message.topic = "t";
  message.properties.topic_alias = 1;
  session->Deliver(clock.Now(), message, &out);
  EXPECT_EQ(SentHex(), "30 04 00 01 74 00");
}

}  // namespace
}  // namespace sluice::session
