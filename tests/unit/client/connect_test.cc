// CONNECT as it leaves, and what a server may answer.

#include "client_fixture.h"

namespace sluice::client {
namespace {

using codec::ReasonCode;
using codec::Version;

class ConnectTest : public BothVersions {};
SLUICE_BOTH_VERSIONS(ConnectTest);

TEST_P(ConnectTest, ConnectIsTheFirstPacketAndOnlyOnce) {
  Open();
  client->Start(clock.Now(), &out);
  EXPECT_EQ(SentHex(),
            is_v5() ? "10 16 00 04 4D 51 54 54 05 02 00 3C 08 21 00 40 27 00 04 00 00 00 01 63"
                    : "10 0D 00 04 4D 51 54 54 04 02 00 3C 00 01 63");
  EXPECT_EQ(Told(), "");
}

TEST_P(ConnectTest, EveryOptionIsSaid) {
  options.client_id = "gw";
  options.clean_start = false;
  options.keep_alive_seconds = 30;
  options.session_expiry_seconds = 3600;
  options.user_name = "user";
  options.password = "secret";
  options.receive_maximum = 10;
  options.max_packet_bytes = 5000;
  options.topic_alias_maximum = 3;
  options.will = {.topic = "gone",
                  .payload = "bye",
                  .qos = codec::Qos::kAtLeastOnce,
                  .retain = true,
                  .delay_seconds = 5,
                  .message_expiry_seconds = 60,
                  .payload_is_text = true,
                  .content_type = "text/plain",
                  .response_topic = "r",
                  .correlation_data = "c",
                  .user_properties = {{"k", "v"}}};
  Open();
  EXPECT_EQ(Sent(),
            is_v5() ? "CONNECT 5.0 keep_alive=30 client_id=gw will=[ qos=1 retain topic=gone "
                      "payload=bye {payload_format=1 message_expiry=60 content_type=text/plain "
                      "response_topic=r correlation_data=c will_delay=5 user=k:v} ] user_name=user "
                      "password=secret {session_expiry=3600 receive_maximum=10 "
                      "topic_alias_maximum=3 maximum_packet_size=5000}"
                    : "CONNECT 3.1.1 keep_alive=30 client_id=gw will=[ qos=1 retain topic=gone "
                      "payload=bye ] user_name=user password=secret");
}

TEST_P(ConnectTest, ConnackOpens) {
  Open();
  EXPECT_FALSE(client->connected());
  Send(connack);
  EXPECT_EQ(Told(), "connected");
  EXPECT_TRUE(client->connected());
}

TEST_P(ConnectTest, NothingMayBePublishedBefore) {
  Open();
  Sent();
  EXPECT_EQ(Publish(codec::Qos::kAtMostOnce), PublishResult::kNotConnected);
  EXPECT_EQ(Subscribe(1, {"a"}), RequestResult::kNotConnected);
  EXPECT_EQ(Unsubscribe(1, {"a"}), RequestResult::kNotConnected);
  EXPECT_FALSE(client->CanPublish());
}

TEST_P(ConnectTest, RefusalIsTheEnd) {
  Open();
  Sent();
  connack.reason = ReasonCode::kNotAuthorized;
  Send(connack);
  EXPECT_EQ(Told(), "end refused 87");
  EXPECT_EQ(Sent(), "");
  EXPECT_EQ(Describe(client->end()), "the server refused the connection: Not authorized (0x87)");
}

// [MQTT-3.2.0-1]
TEST_P(ConnectTest, AnotherFirstPacketIsAProtocolError) {
  Open();
  Send(codec::Ping{codec::PacketType::kPingresp});
  EXPECT_EQ(Told(), "end protocol_error 82");
}

// [MQTT-3.2.0-2]
TEST_P(ConnectTest, SecondConnackIsAProtocolError) {
  Connect();
  Send(connack);
  EXPECT_EQ(Told(), "end protocol_error 82");
  EXPECT_EQ(Sent().starts_with("DISCONNECT reason=82"), is_v5());
}

TEST_P(ConnectTest, NoAnswerInTimeIsTheEnd) {
  Open();
  Wait(options.connect_timeout - Duration(1));
  EXPECT_EQ(Told(), "");
  Wait(Duration(1));
  EXPECT_EQ(Told(), "end connect_timeout 80");
  EXPECT_EQ(client->NextDeadline(), std::nullopt);
}

TEST_P(ConnectTest, StreamThatClosesIsTheEnd) {
  Open();
  CloseStream();
  CloseStream();
  EXPECT_EQ(Told(), "end stream_closed 80");
}

TEST_P(ConnectTest, DisconnectBeforeConnackSaysNothing) {
  Open();
  Sent();
  Disconnect();
  EXPECT_EQ(Sent(), "");
  EXPECT_EQ(Told(), "end local 00");
}

TEST_P(ConnectTest, ConnackInPiecesIsWaitedFor) {
  Open();
  ByteBuffer bytes;
  Encode(connack, options.version, &bytes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(SendBytes(bytes.view().first(size)), 0u);
  }
  EXPECT_EQ(Told(), "");
  EXPECT_EQ(SendBytes(bytes.view()), bytes.size());
  EXPECT_EQ(Told(), "connected");
}

TEST_P(ConnectTest, ReservedFlagOfConnackIsMalformed) {
  Open();
  SendHex(is_v5() ? "20 03 02 00 00" : "20 02 02 00");  // [MQTT-3.2.2-1]
  EXPECT_EQ(Told(), "end malformed 81");
}

// [MQTT-3.2.2-4]
TEST_P(ConnectTest, SessionPresentAfterACleanStartIsAProtocolError) {
  Open();
  connack.session_present = true;
  Send(connack);
  EXPECT_EQ(Told(), "end protocol_error 82");
}

TEST_P(ConnectTest, SessionPresentIsTold) {
  options.clean_start = false;
  Open();
  connack.session_present = true;
  Send(connack);
  EXPECT_EQ(Told(), "connected present");
}

TEST_P(ConnectTest, PacketAboveOurMaximumIsRefusedAtItsLength) {
  options.max_packet_bytes = 100;
  Open();
  SendHex("20 63");
  EXPECT_EQ(Told(), "end too_large 95");
}

class ConnectV5Test : public ClientTest {};

// A server of 3.1.1 answers in its own form.
TEST_F(ConnectV5Test, ServerOf311IsRecognised) {
  Open();
  SendHex("20 02 00 01");
  EXPECT_EQ(Told(), "end refused 84");
  EXPECT_EQ(Describe(client->end()),
            "the server refused the connection: Unsupported Protocol Version (0x84): it answers in "
            "the form of MQTT 3.1.1");
}

TEST_F(ConnectV5Test, OtherShortConnackIsMalformed) {
  Open();
  SendHex("20 02 00 00");
  EXPECT_EQ(Told(), "end malformed 81");
}

TEST_F(ConnectV5Test, ReservedReturnCodeOf311IsMalformed) {
  options.version = Version::kV311;
  Open();
  SendHex("20 02 00 06");
  EXPECT_EQ(Told(), "end malformed 81");
}

// [MQTT-4.12.0-6]
TEST_F(ConnectV5Test, AuthIsAProtocolError) {
  Connect();
  Send(codec::Auth{ReasonCode::kContinueAuthentication, {}});
  EXPECT_EQ(Told(), "end protocol_error 82");
}

}  // namespace
}  // namespace sluice::client
