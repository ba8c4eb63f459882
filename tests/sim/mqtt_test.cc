#include "sim/mqtt.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>

#include "base/byte_buffer.h"
#include "wire/packet.h"

namespace sluice::sim {
namespace {

// What the gateway's own codec makes of the bytes of one packet.
template <typename Packet>
Packet Decoded(std::string_view bytes, codec::Version version) {
  codec::Frame frame;
  EXPECT_EQ(codec::PeekFrame(AsBytes(bytes), 1 << 20, &frame).state, codec::FrameState::kOk);
  EXPECT_EQ(frame.size, bytes.size());
  Packet packet;
  EXPECT_TRUE(codec::Decode(frame, version, &packet).ok());
  return packet;
}

// What the simulated client makes of what the gateway's codec says.
template <typename Packet>
mqtt::Packet Read(const Packet& said, codec::Version version) {
  ByteBuffer bytes;
  codec::Encode(said, version, &bytes);
  static std::deque<std::string> kept;  // packets are views
  mqtt::Reader reader(version == codec::Version::kV5 ? mqtt::kV5 : mqtt::kV311);
  // A byte at a time.
  std::optional<mqtt::Packet> packet;
  for (const char c : AsText(bytes.view())) {
    EXPECT_FALSE(packet.has_value());
    reader.Add({&c, 1});
    packet = reader.Next();
  }
  EXPECT_EQ(reader.fault(), "");
  EXPECT_TRUE(packet.has_value());
  if (!packet) return {};
  for (std::string_view* const view : {&packet->publish.topic, &packet->publish.payload}) {
    *view = kept.emplace_back(*view);
  }
  return *packet;
}

TEST(MqttTest, TheGatewayUnderstandsConnect) {
  std::string bytes;
  mqtt::Encode(mqtt::Connect{.client_id = "dev-1",
                             .clean = false,
                             .keep_alive = 7,
                             .expiry = 90,
                             .receive_maximum = 3,
                             .alias_maximum = 2,
                             .will = mqtt::Will{"local/will", "gone", 2, true, 5}},
               &bytes);
  const auto connect = Decoded<codec::Connect>(bytes, codec::Version::kV5);
  EXPECT_EQ(connect.client_id, "dev-1");
  EXPECT_FALSE(connect.clean_start);
  EXPECT_EQ(connect.keep_alive_seconds, 7);
  EXPECT_EQ(connect.properties.session_expiry_interval, 90u);
  EXPECT_EQ(connect.properties.receive_maximum, 3u);
  ASSERT_TRUE(connect.will);
  EXPECT_EQ(connect.will->topic, "local/will");
  EXPECT_EQ(connect.will->qos, codec::Qos::kExactlyOnce);
  EXPECT_EQ(connect.will->properties.will_delay_interval, 5u);
}

TEST(MqttTest, TheGatewayUnderstandsPublish) {
  for (const int version : {mqtt::kV311, mqtt::kV5}) {
    std::string bytes;
    mqtt::Encode(mqtt::Publish{.topic = "a/b", .payload = "xyz", .qos = 1, .dup = true, .id = 300},
                 version, &bytes);
    const auto publish = Decoded<codec::Publish>(
        bytes, version == mqtt::kV5 ? codec::Version::kV5 : codec::Version::kV311);
    EXPECT_EQ(publish.topic, "a/b");
    EXPECT_EQ(AsText(publish.payload), "xyz");
    EXPECT_EQ(publish.packet_id, 300);
    EXPECT_TRUE(publish.dup);
  }
}

TEST(MqttTest, TheGatewayUnderstandsTheRest) {
  std::string bytes;
  mqtt::EncodeAck(mqtt::Type::kPubrel, 9, &bytes);
  EXPECT_EQ(Decoded<codec::Ack>(bytes, codec::Version::kV311).packet_id, 9);
  bytes.clear();
  mqtt::EncodeSubscribe(4, "local/#", 2, mqtt::kV5, &bytes);
  EXPECT_EQ(Decoded<codec::Subscribe>(bytes, codec::Version::kV5).packet_id, 4);
  bytes.clear();
  mqtt::EncodePing(&bytes);
  Decoded<codec::Ping>(bytes, codec::Version::kV5);
  bytes.clear();
  mqtt::EncodeDisconnect(&bytes);
  Decoded<codec::Disconnect>(bytes, codec::Version::kV5);
}

TEST(MqttTest, ConnackIsRead) {
  codec::Connack connack{.session_present = true, .properties = {}};
  connack.properties.receive_maximum = 128;
  connack.properties.maximum_packet_size = 5000;
  const mqtt::Packet packet = Read(connack, codec::Version::kV5);
  EXPECT_EQ(packet.type, mqtt::Type::kConnack);
  EXPECT_TRUE(packet.session_present);
  EXPECT_EQ(packet.receive_maximum, 128);
  EXPECT_EQ(packet.packet_maximum, 5000u);
}

TEST(MqttTest, PublishIsRead) {
  codec::Publish publish{.qos = codec::Qos::kExactlyOnce,
                         .retain = true,
                         .packet_id = 77,
                         .topic = "events/x",
                         .payload = AsBytes(std::string_view("{}")),
                         .properties = {}};
  publish.properties.topic_alias = 3;
  const mqtt::Packet packet = Read(publish, codec::Version::kV5);
  EXPECT_EQ(packet.publish.topic, "events/x");
  EXPECT_EQ(packet.publish.payload, "{}");
  EXPECT_EQ(packet.publish.qos, 2);
  EXPECT_EQ(packet.publish.id, 77);
  EXPECT_EQ(packet.publish.alias, 3);
  EXPECT_TRUE(packet.publish.retain);
}

TEST(MqttTest, AcknowledgementsAreRead) {
  const codec::Ack ack{codec::PacketType::kPubrec, 12, codec::ReasonCode::kQuotaExceeded, {}};
  const mqtt::Packet packet = Read(ack, codec::Version::kV5);
  EXPECT_EQ(packet.type, mqtt::Type::kPubrec);
  EXPECT_EQ(packet.id, 12);
  EXPECT_EQ(packet.reason, 0x97);
  EXPECT_EQ(Read(ack, codec::Version::kV311).reason, 0);
}

TEST(MqttTest, WhatAServerMustNotSendIsAFault) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view bytes :
       {"\x10\x00"sv, "\x40\x02\x00\x00"sv, "\x40\x01\x00"sv, "\x36\x05\x00\x01x\x00\x01"sv,
        "\x30\x03\x00\x01+"sv, "\x20\x02\x02\x00"sv, "\x41\x02\x00\x01"sv, "\xe0\x00"sv,
        "\x30\xff\xff\xff\xff"sv}) {
    mqtt::Reader reader(mqtt::kV311);
    reader.Add(bytes);
    EXPECT_FALSE(reader.Next().has_value());
    EXPECT_NE(reader.fault(), "");
  }
}

}  // namespace
}  // namespace sluice::sim
