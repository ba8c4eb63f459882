// What is this uplink's own, in simulated time: what a broker says and does not say.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "uplink_fixture.h"

namespace sluice::uplink_mqtt {
namespace {

using codec::ReasonCode;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(MqttUplinkTest, MessageTravelsWithItsProperties) {
  Connect();
  Publish(7);
  EXPECT_THAT(sent_, ElementsAre("PUBLISH qos=1 id=1 topic=topic payload=x "
                                 "{content_type=text/plain user=id:gw/s/1}"));
  Say(codec::Ack{codec::PacketType::kPuback, 1, {}, {}});
  EXPECT_THAT(told_, ElementsAre("acked 7"));
}

TEST_F(MqttUplinkTest, LimitsAreTheBrokersAndOurs) {
  Connect();
  EXPECT_EQ(limits_.max_in_flight, 256u);
  EXPECT_EQ(limits_.max_message_bytes, size_t{codec::kMaxPacketBytes});
  codec::Connack connack;
  connack.properties.receive_maximum = 7;
  connack.properties.maximum_packet_size = 100;
  Connect(connack);
  EXPECT_EQ(limits_.max_in_flight, 7u);
  EXPECT_EQ(limits_.max_message_bytes, 100u);
}

// Only what is too large is given up, by the size that it has on the wire.
TEST_F(MqttUplinkTest, MessageThatIsTooLargeIsRefusedHereAndTheNextIsNot) {
  codec::Connack connack;
  connack.properties.maximum_packet_size = 100;
  Connect(connack);
  Publish(1, std::string(101, 'x'));
  Publish(2, std::string(62, 'x'));
  EXPECT_THAT(told_, ElementsAre("refused 1 for good Packet too large (0x95)"));
  EXPECT_EQ(sent_.size(), 1u);
}

TEST_F(MqttUplinkTest, MessageThatIsNoTextIsRefusedHere) {
  Connect();
  uplink_->Publish(
      1, {.topic = "\xFF", .key = {}, .payload = {}, .content_type = "", .properties = {}});
  EXPECT_THAT(told_, ElementsAre());  // never from inside the call
  scheduler_.RunReady();
  EXPECT_THAT(told_, ElementsAre("refused 1 for good Payload format invalid (0x99)"));
}

TEST_F(MqttUplinkTest, RefusalOfAnEarlierConnectionIsForgotten) {
  Connect();
  uplink_->Publish(
      1, {.topic = "\xFF", .key = {}, .payload = {}, .content_type = "", .properties = {}});
  Connect();
  EXPECT_THAT(told_, ElementsAre());
}

TEST_F(MqttUplinkTest, RefusalsOfTheBrokerAreTold) {
  Connect();
  Publish(1);
  Publish(2);
  Say(codec::Ack{codec::PacketType::kPuback, 1, ReasonCode::kQuotaExceeded, {}});
  Say(codec::Ack{codec::PacketType::kPuback, 2, ReasonCode::kPayloadFormatInvalid, {}});
  EXPECT_THAT(told_, ElementsAre("refused 1 Quota exceeded (0x97)",
                                 "refused 2 for good Payload format invalid (0x99)"));
}

// Many acknowledgements from one read, and what they make room for in one write.
TEST_F(MqttUplinkTest, WhatAnswersMakeRoomForLeavesInOnePiece) {
  Connect();
  ByteBuffer acks;
  for (uint16_t i = 1; i <= 50; ++i) {
    Publish(i);
    codec::EncodeAck(codec::PacketType::kPuback, i, ReasonCode::kSuccess, options_.session.version,
                     &acks);
  }
  publish_on_ack_ = true;
  reads_ = 0;
  sent_.clear();
  dialer_->server->Write(acks.view());
  scheduler_.RunReady();
  EXPECT_EQ(told_.size(), 50u);
  EXPECT_EQ(sent_.size(), 50u);
  EXPECT_EQ(reads_, 1);
}

TEST_F(MqttUplinkTest, BrokerThatTakesNothingAtQos1IsNoUpstream) {
  Begin();
  codec::Connack connack;
  connack.properties.maximum_qos = 0;
  Say(connack);
  EXPECT_EQ(ends_, 1);
  EXPECT_EQ(why_, "the broker takes nothing at QoS 1");
  EXPECT_EQ(sent_.back(), "DISCONNECT");
}

TEST_F(MqttUplinkTest, DialFailureIsTheReason) {
  failure_ = {DialCause::kLookup, {}, "cannot look up broker: unknown node or service"};
  Begin();
  EXPECT_EQ(ends_, 1);
  EXPECT_EQ(why_, "cannot look up broker: unknown node or service");
  EXPECT_EQ(uplink_->dial_failure().cause, DialCause::kLookup);
  EXPECT_EQ(end_.reason, "lookup");
  EXPECT_FALSE(end_.turned_away);
}

TEST_F(MqttUplinkTest, RefusedConnectSaysWhyAndWhatToDo) {
  Begin();
  codec::Connack connack;
  connack.reason = ReasonCode::kNotAuthorized;
  connack.properties.reason_string = "unknown gateway";
  Say(connack);
  EXPECT_EQ(why_,
            "the server refused the connection: Not authorized (0x87), \"unknown gateway\"; check "
            "username, password_file and cert, and whom the broker allows");
  EXPECT_FALSE(given_up_);
  EXPECT_EQ(end_.reason, "not_authorized");
  EXPECT_TRUE(end_.turned_away);
}

// [MQTT-3.14.2.1]
TEST_F(MqttUplinkTest, DisconnectOfTheBrokerSaysWhy) {
  Connect();
  codec::Disconnect disconnect{ReasonCode::kTopicNameInvalid, {}};
  Say(disconnect);
  EXPECT_EQ(ends_, 1);
  EXPECT_EQ(why_, "the server ended the connection: Topic Name invalid (0x90)");
  EXPECT_FALSE(given_up_);
  EXPECT_EQ(end_.reason, "topic");
  EXPECT_FALSE(end_.turned_away);  // it may be the message
}

TEST_F(MqttUplinkTest, SessionTakenOverIsNoAccident) {
  Connect();
  Say(codec::Disconnect{ReasonCode::kSessionTakenOver, {}});
  EXPECT_THAT(why_, HasSubstr("somebody else connects with this client_id"));
  EXPECT_EQ(end_.reason, "taken_over");
  EXPECT_TRUE(end_.turned_away);
}

// Whoever answers could otherwise send a gateway's events anywhere.
TEST_F(MqttUplinkTest, ReferenceToAnotherServerIsSaidAndNotFollowed) {
  Begin();
  codec::Connack connack;
  connack.reason = ReasonCode::kUseAnotherServer;
  connack.properties.server_reference = "evil.example.com";
  Say(connack);
  EXPECT_THAT(why_, HasSubstr("it names another server: evil.example.com; it is not followed"));
  EXPECT_EQ(end_.reason, "use_another_server");
  EXPECT_TRUE(end_.turned_away);
}

TEST_F(MqttUplinkTest, BrokerThatBreaksARuleIsToldAndLeft) {
  Connect();
  Say(codec::Ack{codec::PacketType::kPuback, 9, {}, {}});
  EXPECT_THAT(why_, HasSubstr("an answer to what was not asked"));
  EXPECT_THAT(sent_.back(), HasSubstr("DISCONNECT reason=82"));
  EXPECT_FALSE(given_up_);  // it may be its answer to one message
  EXPECT_TRUE(end_.broke_rules);
}

TEST_F(MqttUplinkTest, BrokerThatAnswersWithNoPacketIsToldAndLeft) {
  Connect();
  Publish(1);
  const uint8_t no_packet[] = {0x40, 0x01, 0x00};
  dialer_->server->Write(no_packet);
  scheduler_.RunReady();
  EXPECT_EQ(ends_, 1);
  EXPECT_FALSE(given_up_);
  EXPECT_TRUE(end_.broke_rules);
}

TEST_F(MqttUplinkTest, BrokerThatClosesIsALostConnection) {
  Connect();
  dialer_->server.reset();
  scheduler_.RunReady();
  EXPECT_EQ(ends_, 1);
  EXPECT_EQ(why_, "the peer closed the connection");
  EXPECT_FALSE(given_up_);
}

TEST_F(MqttUplinkTest, BrokerThatNeverSaysConnackIsGivenUp) {
  options_.connect_timeout = seconds(3);
  Begin();
  scheduler_.Advance(seconds(2));
  EXPECT_EQ(ends_, 0);
  scheduler_.Advance(seconds(1));
  EXPECT_EQ(ends_, 1);
  EXPECT_EQ(why_, "the server did not answer CONNECT in time");
}

// [MQTT-3.2.2-21]
TEST_F(MqttUplinkTest, ServerKeepAliveIsObeyed) {
  options_.session.keep_alive_seconds = 60;
  codec::Connack connack;
  connack.properties.server_keep_alive = 10;
  Connect(connack);
  for (int i = 0; i < 10; ++i) {
    scheduler_.Advance(seconds(9));
    ASSERT_EQ(sent_.size(), static_cast<size_t>(i + 1));
    EXPECT_EQ(sent_.back(), "PINGREQ");
    Say(codec::Ping{codec::PacketType::kPingresp});
  }
  EXPECT_EQ(ends_, 0);
}

TEST_F(MqttUplinkTest, HalfOpenConnectionIsFound) {
  options_.session.keep_alive_seconds = 30;
  Connect();
  scheduler_.Advance(seconds(41));
  EXPECT_EQ(ends_, 1);
  EXPECT_EQ(why_, "the server did not answer PINGREQ in time");
  EXPECT_TRUE(given_up_);
}

TEST_F(MqttUplinkTest, BrokerThatAcknowledgesNothingIsLeft) {
  options_.session.ack_timeout = seconds(5);
  Connect();
  Publish(1);
  scheduler_.Advance(seconds(5));
  EXPECT_EQ(ends_, 1);
  EXPECT_EQ(why_, "the server did not acknowledge what was published in time");
  EXPECT_TRUE(given_up_);
}

TEST_F(MqttUplinkTest, DisconnectSaysGoodbye) {
  Connect();
  uplink_->Disconnect();
  scheduler_.RunReady();
  EXPECT_EQ(sent_.back(), "DISCONNECT");
  EXPECT_TRUE(server_closed_);
  EXPECT_EQ(ends_, 0);
}

}  // namespace
}  // namespace sluice::uplink_mqtt
