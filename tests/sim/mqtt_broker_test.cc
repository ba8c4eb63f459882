#include "sim/mqtt_broker.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "base/byte_buffer.h"
#include "wire/packet.h"

namespace sluice::sim {
namespace {

template <typename Packet>
Packet Decoded(std::string_view bytes, codec::Version version) {
  codec::Frame frame;
  EXPECT_EQ(codec::PeekFrame(AsBytes(bytes), 1 << 20, &frame).state, codec::FrameState::kOk);
  EXPECT_EQ(frame.size, bytes.size());
  Packet packet;
  EXPECT_TRUE(codec::Decode(frame, version, &packet).ok());
  return packet;
}

// What the simulated broker makes of what the gateway's codec says; a byte at a time.
class MqttBrokerTest : public testing::Test {
 protected:
  mqtt::Request Read(const ByteBuffer& bytes) {
    std::optional<mqtt::Request> request;
    for (const char c : AsText(bytes.view())) {
      EXPECT_FALSE(request.has_value());
      reader_.Add({&c, 1});
      request = reader_.Next();
    }
    EXPECT_EQ(reader_.fault(), "");
    EXPECT_TRUE(request.has_value());
    return request.value_or(mqtt::Request{});
  }
  mqtt::Request ReadConnect(codec::Version version) {
    codec::Connect connect;
    connect.version = version;
    connect.clean_start = true;
    connect.keep_alive_seconds = 7;
    connect.client_id = "gw-cloud";
    connect.user_name = "gateway";
    connect.password = AsBytes(std::string_view("secret"));
    codec::Will will;
    will.qos = codec::Qos::kAtLeastOnce;
    will.retain = true;
    will.topic = "status";
    will.payload = AsBytes(std::string_view("gone"));
    will.properties.content_type = "application/json";
    connect.will = will;
    if (version == codec::Version::kV5) connect.properties.maximum_packet_size = 9000;
    ByteBuffer bytes;
    codec::Encode(connect, &bytes);
    return Read(bytes);
  }

  mqtt::RequestReader reader_;
};

TEST_F(MqttBrokerTest, ConnectIsRead) {
  for (const auto version : {codec::Version::kV5, codec::Version::kV311}) {
    reader_ = {};
    const mqtt::Request connect = ReadConnect(version);
    const bool is_v5 = version == codec::Version::kV5;
    EXPECT_EQ(connect.type, mqtt::Type::kConnect);
    EXPECT_EQ(connect.version, is_v5 ? mqtt::kV5 : mqtt::kV311);
    EXPECT_EQ(reader_.version(), connect.version);
    EXPECT_EQ(connect.client_id, "gw-cloud");
    EXPECT_TRUE(connect.clean);
    EXPECT_EQ(connect.keep_alive, 7);
    EXPECT_EQ(connect.user_name, "gateway");
    EXPECT_EQ(connect.password, "secret");
    EXPECT_EQ(connect.packet_maximum, is_v5 ? 9000U : 0U);
    ASSERT_TRUE(connect.will.has_value());
    EXPECT_EQ(connect.will->topic, "status");
    EXPECT_EQ(connect.will->payload, "gone");
    EXPECT_EQ(connect.will->qos, 1);
    EXPECT_TRUE(connect.will->retain);
  }
}

TEST_F(MqttBrokerTest, PublishIsRead) {
  ReadConnect(codec::Version::kV5);
  codec::Publish publish{.qos = codec::Qos::kAtLeastOnce,
                         .packet_id = 300,
                         .topic = "up",
                         .payload = AsBytes(std::string_view("{}")),
                         .properties = {}};
  codec::RepeatedPropertyBuilder properties;
  properties.AddUserProperty("id", "gw/s/1");
  properties.AddUserProperty("type", "t");
  publish.properties.user_properties = properties.user_properties();
  publish.properties.content_type = "text/plain";
  publish.properties.payload_format_indicator = 1;
  publish.properties.topic_alias = 2;
  ByteBuffer bytes;
  codec::Encode(publish, codec::Version::kV5, &bytes);
  const mqtt::Request request = Read(bytes);
  EXPECT_EQ(request.size, bytes.size());
  EXPECT_EQ(request.publish.topic, "up");
  EXPECT_EQ(request.publish.payload, "{}");
  EXPECT_EQ(request.publish.id, 300);
  EXPECT_EQ(request.publish.alias, 2);
  EXPECT_TRUE(request.publish.is_text);
  EXPECT_EQ(request.publish.content_type, "text/plain");
  ASSERT_EQ(request.publish.user_properties.size(), 2U);
  EXPECT_EQ(request.publish.user_properties[1].first, "type");
  EXPECT_EQ(request.publish.user_properties[1].second, "t");
}

TEST_F(MqttBrokerTest, DisconnectIsRead) {
  ReadConnect(codec::Version::kV5);
  codec::Disconnect disconnect;
  disconnect.reason = codec::ReasonCode::kProtocolError;
  ByteBuffer bytes;
  codec::Encode(disconnect, codec::Version::kV5, &bytes);
  EXPECT_EQ(Read(bytes).reason, 0x82);
}

TEST_F(MqttBrokerTest, TheGatewayUnderstandsTheBroker) {
  std::string bytes;
  mqtt::Encode(mqtt::Connack{.receive_maximum = 3,
                             .packet_maximum = 70'000,
                             .alias_maximum = 8,
                             .keep_alive = 11,
                             .maximum_qos = 1,
                             .retain_available = false},
               mqtt::kV5, &bytes);
  const auto connack = Decoded<codec::Connack>(bytes, codec::Version::kV5);
  EXPECT_EQ(connack.properties.receive_maximum, 3U);
  EXPECT_EQ(connack.properties.maximum_packet_size, 70'000U);
  EXPECT_EQ(connack.properties.topic_alias_maximum, 8U);
  EXPECT_EQ(connack.properties.server_keep_alive, 11U);
  EXPECT_EQ(connack.properties.maximum_qos, 1U);
  EXPECT_EQ(connack.properties.retain_available, 0U);
  bytes.clear();
  mqtt::EncodeAnswer(mqtt::Type::kPuback, 12, 0x97, mqtt::kV5, &bytes);
  const auto ack = Decoded<codec::Ack>(bytes, codec::Version::kV5);
  EXPECT_EQ(ack.packet_id, 12);
  EXPECT_EQ(ack.reason, codec::ReasonCode::kQuotaExceeded);
  bytes.clear();
  mqtt::EncodeDisconnect(0x8b, &bytes);
  EXPECT_EQ(Decoded<codec::Disconnect>(bytes, codec::Version::kV5).reason,
            codec::ReasonCode::kServerShuttingDown);
}

TEST_F(MqttBrokerTest, WhatAnUplinkMustNotSendIsAFault) {
  using std::string_view_literals::operator""sv;
  ReadConnect(codec::Version::kV5);
  const mqtt::RequestReader connected = reader_;
  for (const std::string_view bytes :
       {"\x10\x00"sv, "\x20\x02\x00\x00"sv, "\x30\x04\x00\x01+\x00"sv,
        "\x36\x06\x00\x01x\x00\x01\x00"sv, "\x32\x06\x00\x01x\x00\x00\x00"sv, "\xc1\x00"sv,
        "\x00\x00"sv, "\x30\xff\xff\xff\xff"sv}) {
    reader_ = connected;
    reader_.Add(bytes);
    EXPECT_FALSE(reader_.Next().has_value());
    EXPECT_NE(reader_.fault(), "");
  }
}

}  // namespace
}  // namespace sluice::sim
