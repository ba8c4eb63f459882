// Publishes of ours and their answers.

#include "client_fixture.h"

namespace sluice::client {
namespace {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;

class PublishTest : public BothVersions {
 protected:
  // An offence of the server, which MQTT 5 lets us name.
  void ExpectFault(const char* reason = "82") {
    EXPECT_EQ(Told(), std::string("end protocol_error ") + reason);
    EXPECT_EQ(Sent().starts_with(std::string("DISCONNECT reason=") + reason), is_v5());
  }
};
SLUICE_BOTH_VERSIONS(PublishTest);

TEST_P(PublishTest, Qos0IsSentAndForgotten) {
  Connect();
  EXPECT_EQ(Publish(Qos::kAtMostOnce, 7, "t", "21.5"), PublishResult::kSent);
  EXPECT_EQ(SentHex(), is_v5() ? "30 08 00 01 74 00 32 31 2E 35" : "30 07 00 01 74 32 31 2E 35");
  EXPECT_EQ(client->in_flight(), 0u);
}

TEST_P(PublishTest, Qos1IsAnswered) {
  Connect();
  EXPECT_EQ(Publish(Qos::kAtLeastOnce, 7), PublishResult::kSent);
  EXPECT_EQ(SentHex(), is_v5() ? "32 07 00 01 74 00 01 00 78" : "32 06 00 01 74 00 01 78");
  EXPECT_EQ(client->in_flight(), 1u);
  SendHex("40 02 00 01");
  EXPECT_EQ(Told(), "acked 7");
  EXPECT_EQ(client->in_flight(), 0u);
}

TEST_P(PublishTest, Qos2IsReleasedAndAnswered) {
  Connect();
  Publish(Qos::kExactlyOnce, 7);
  Sent();
  SendHex("50 02 00 01");
  EXPECT_EQ(SentHex(), "62 02 00 01");
  EXPECT_EQ(Told(), "");
  EXPECT_EQ(client->in_flight(), 1u);
  SendHex("70 02 00 01");
  EXPECT_EQ(Told(), "acked 7");
  EXPECT_EQ(client->in_flight(), 0u);
}

TEST_P(PublishTest, ManyPublishesAndManyAnswersAreOneBufferEach) {
  Connect();
  std::string expected;
  ByteBuffer answers;
  for (uint16_t i = 1; i <= 100; ++i) {
    Publish(Qos::kAtLeastOnce, 1000u + i);
    codec::EncodeAck(PacketType::kPuback, i, ReasonCode::kSuccess, options.version, &answers);
    expected += (i == 1 ? "acked " : "; acked ") + std::to_string(1000 + i);
  }
  EXPECT_EQ(SendBytes(answers.view()), answers.size());
  EXPECT_EQ(Told(), expected);
}

TEST_P(PublishTest, AnswersMayComeInAnyOrder) {
  Connect();
  for (uint32_t i = 1; i <= 3; ++i) Publish(Qos::kAtLeastOnce, i);
  SendAck(PacketType::kPuback, 2);
  SendAck(PacketType::kPuback, 3);
  SendAck(PacketType::kPuback, 1);
  EXPECT_EQ(Told(), "acked 2; acked 3; acked 1");
}

TEST_P(PublishTest, IdentifierOfAMessageThatWaitsIsNotUsedAgain) {
  options.max_in_flight = 2;
  Connect();
  Publish(Qos::kAtLeastOnce, 1);
  Sent();
  for (int i = 0; i < 70'000; ++i) {
    ASSERT_EQ(Publish(Qos::kAtLeastOnce, 2), PublishResult::kSent);
    const uint16_t id = LoadBe16(out.bytes.data() + 5);
    ASSERT_NE(id, 1);
    ASSERT_NE(id, 0);
    out.bytes.Clear();
    SendAck(PacketType::kPuback, id);
    ASSERT_EQ(Told(), "acked 2");
  }
}

TEST_P(PublishTest, WhatIsNoTopicOrNoTextIsNotSent) {
  Connect();
  EXPECT_EQ(Publish(Qos::kAtMostOnce, 0, ""), PublishResult::kNotEncodable);
  EXPECT_EQ(Publish(Qos::kAtMostOnce, 0, "a/#"), PublishResult::kNotEncodable);   // [MQTT-3.3.2-2]
  EXPECT_EQ(Publish(Qos::kAtMostOnce, 0, "\xFF"), PublishResult::kNotEncodable);  // [MQTT-1.5.4-1]
  EXPECT_EQ(Publish(Qos::kAtMostOnce, 0, std::string_view("a\0", 2)),
            PublishResult::kNotEncodable);  // [MQTT-1.5.4-2]
  EXPECT_EQ(Publish(Qos::kAtMostOnce, 0, std::string(65'536, 't')), PublishResult::kNotEncodable);
  EXPECT_EQ(Publish(Qos::kAtMostOnce, 0, std::string(65'535, 't')), PublishResult::kSent);
}

// Its exchange would have to go on with the next connection.
TEST_P(PublishTest, Qos2NeedsASessionThatEndsWithTheConnection) {
  options.clean_start = false;
  Connect();
  EXPECT_EQ(Publish(Qos::kExactlyOnce), PublishResult::kQosTooHigh);
  EXPECT_EQ(Publish(Qos::kAtLeastOnce), PublishResult::kSent);
}

TEST_P(PublishTest, AnswerToNothingIsAProtocolError) {
  for (const auto type : {PacketType::kPuback, PacketType::kPubrec, PacketType::kPubcomp}) {
    Connect();
    SendAck(type, 1);
    ExpectFault();
  }
}

TEST_P(PublishTest, WrongAnswerIsAProtocolError) {
  const struct {
    Qos qos;
    PacketType answer;
  } cases[] = {{Qos::kAtLeastOnce, PacketType::kPubrec},
               {Qos::kAtLeastOnce, PacketType::kPubcomp},
               {Qos::kExactlyOnce, PacketType::kPuback},
               {Qos::kExactlyOnce, PacketType::kPubcomp}};
  for (const auto& wrong : cases) {
    Connect();
    Publish(wrong.qos, 7);
    Sent();
    SendAck(wrong.answer, 1);
    ExpectFault();
  }
}

TEST_P(PublishTest, SecondPubrecIsAProtocolError) {
  Connect();
  Publish(Qos::kExactlyOnce, 7);
  SendAck(PacketType::kPubrec, 1);
  Sent();
  SendAck(PacketType::kPubrec, 1);
  ExpectFault();
}

TEST_P(PublishTest, AnswerWithIdentifier0IsAProtocolError) {
  Connect();
  Publish(Qos::kAtLeastOnce, 7);
  Sent();
  SendHex("40 02 00 00");
  ExpectFault();
}

TEST_P(PublishTest, NothingIsHeardAfterTheEnd) {
  Connect();
  Publish(Qos::kAtLeastOnce, 7);
  CloseStream();
  Told();
  SendAck(PacketType::kPuback, 1);
  EXPECT_EQ(Publish(Qos::kAtLeastOnce, 8), PublishResult::kNotConnected);
  Disconnect();
  Wait(std::chrono::hours(1));
  EXPECT_EQ(Told(), "");
}

// Counts from the last answer.
TEST_P(PublishTest, AnswerThatDoesNotComeIsTheEnd) {
  options.ack_timeout = std::chrono::seconds(5);
  Connect();
  Publish(Qos::kAtLeastOnce, 1);
  Wait(std::chrono::seconds(4));
  Publish(Qos::kAtLeastOnce, 2);
  SendAck(PacketType::kPuback, 1);
  EXPECT_EQ(Told(), "acked 1");
  Wait(std::chrono::milliseconds(4999));
  EXPECT_EQ(Told(), "");
  Wait(std::chrono::milliseconds(1));
  EXPECT_EQ(Told(), "end ack_timeout 80");
}

TEST_P(PublishTest, AnswerThatIsPassedOverIsTheEnd) {
  options.ack_timeout = std::chrono::seconds(5);
  options.keep_alive_seconds = 0;
  Connect();
  Publish(Qos::kAtLeastOnce, 1);
  uint16_t id = 2;
  for (int second = 0; second < 8 && client->connected(); ++second) {
    Wait(std::chrono::seconds(1));
    if (!client->connected()) break;
    Publish(Qos::kAtLeastOnce, 2);
    SendAck(PacketType::kPuback, id++);
  }
  Wait(Duration(0));
  EXPECT_TRUE(client->ended());
  EXPECT_EQ(client->end().cause, EndCause::kAckTimeout);
  EXPECT_EQ(id, 8);  // what was sent after six seconds was answered
}

TEST_P(PublishTest, NothingInFlightNeedsNoAnswer) {
  options.ack_timeout = std::chrono::seconds(5);
  options.keep_alive_seconds = 0;
  Connect();
  Wait(std::chrono::hours(1));
  Publish(Qos::kAtLeastOnce, 1);
  Wait(std::chrono::seconds(4));
  EXPECT_EQ(Told(), "");
}

class PublishV5Test : public ClientTest {};

TEST_F(PublishV5Test, RefusalIsTold) {
  Connect();
  Publish(Qos::kAtLeastOnce, 7);
  Publish(Qos::kExactlyOnce, 8);
  codec::Ack ack{PacketType::kPuback, 1, ReasonCode::kQuotaExceeded, {}};
  ack.properties.reason_string = "full";
  Send(ack);
  SendAck(PacketType::kPubrec, 2, ReasonCode::kNotAuthorized);
  EXPECT_EQ(Told(), "acked 7 97 'full'; acked 8 87");
  EXPECT_EQ(client->in_flight(), 0u);
}

TEST_F(PublishV5Test, NoMatchingSubscribersIsNoRefusal) {
  Connect();
  Publish(Qos::kAtLeastOnce, 7);
  SendAck(PacketType::kPuback, 1, ReasonCode::kNoMatchingSubscribers);
  EXPECT_EQ(Told(), "acked 7 10");
}

TEST_F(PublishV5Test, PubcompThatDoesNotFindTheIdentifierIsAnAnswer) {
  Connect();
  Publish(Qos::kExactlyOnce, 7);
  SendAck(PacketType::kPubrec, 1);
  SendAck(PacketType::kPubcomp, 1, ReasonCode::kPacketIdentifierNotFound);
  EXPECT_EQ(Told(), "acked 7");
}

TEST_F(PublishV5Test, ReasonCodeThatPubackDoesNotHaveIsAProtocolError) {
  Connect();
  Publish(Qos::kAtLeastOnce, 7);
  SendHex("40 03 00 01 A2");
  EXPECT_EQ(Told(), "end protocol_error 82");
}

TEST_F(PublishV5Test, PropertiesTravel) {
  Connect();
  const codec::UserProperty user[] = {{"id", "gw/s/1"}};
  codec::OutgoingPublish message;
  message.topic = "t";
  message.payload = AsBytes("x");
  message.dup = true;        // not the owner's to say
  message.topic_alias = 9;   // likewise
  message.packet_id = 1234;  // likewise
  message.content_type = "text/plain";
  message.message_expiry_interval = 5;
  message.user_properties = user;
  Publish(message);
  EXPECT_EQ(Sent(),
            "PUBLISH topic=t payload=x {message_expiry=5 content_type=text/plain "
            "user=id:gw/s/1}");
}

TEST_F(PublishV5Test, PropertyThatIsNoTextIsNotSent) {
  Connect();
  const codec::UserProperty user[] = {{"id", "\xC3"}};
  codec::OutgoingPublish message;
  message.topic = "t";
  message.user_properties = user;
  EXPECT_EQ(Publish(message), PublishResult::kNotEncodable);
  message.user_properties = {};
  message.content_type = "\xFF";
  EXPECT_EQ(Publish(message), PublishResult::kNotEncodable);
  message.content_type = {};
  message.response_topic = "a/+";
  EXPECT_EQ(Publish(message), PublishResult::kNotEncodable);  // [MQTT-3.3.2-14]
}

}  // namespace
}  // namespace sluice::client
