// What the wire cases cannot say of CONNECT: what is left when it could not be read.

#include "codec/connect.h"

#include <gtest/gtest.h>

#include "packet_text.h"
#include "wire/wire_case.h"

namespace sluice::codec {
namespace {

// Decodes a CONNECT that has this name and level and nothing else.
Connect Unreadable(std::string_view name, uint8_t level) {
  std::string bytes = {'\x10', static_cast<char>(name.size() + 3), '\0',
                       static_cast<char>(name.size())};
  bytes += name;
  bytes += static_cast<char>(level);
  Connect packet;
  const Verdict verdict = Decode(FrameOf(bytes), &packet);
  EXPECT_EQ(verdict.reason, ReasonCode::kUnsupportedProtocolVersion);
  return packet;
}

// A client of 3.1 would not understand a CONNACK of MQTT 5.
TEST(ConnectTest, OldClientsAreAnsweredIn311) {
  EXPECT_EQ(Unreadable("MQIsdp", 2).version, Version::kV311);
  EXPECT_EQ(Unreadable("MQTT", 3).version, Version::kV311);
  EXPECT_EQ(Unreadable("MQTX", 4).version, Version::kV311);
}

TEST(ConnectTest, FutureClientsAreAnsweredIn5) {
  EXPECT_EQ(Unreadable("MQTT", 6).version, Version::kV5);
}

// Bridges of Mosquitto set the high bit of the level when they try first, and come again without.
TEST(ConnectTest, BridgesAreAnsweredInTheVersionBehindThePrivateBit) {
  EXPECT_EQ(Unreadable("MQTT", 0x83).version, Version::kV311);
  EXPECT_EQ(Unreadable("MQTT", 0x85).version, Version::kV5);
}

TEST(ConnectTest, VersionOfTheCallerIsIgnored) {
  const std::string bytes = test::FindWireCase("ConnectV5").bytes();
  Connect packet;
  ASSERT_TRUE(Decode(FrameOf(bytes), Version::kV311, &packet).ok());
  EXPECT_EQ(packet.version, Version::kV5);
}

TEST(ConnectTest, PaddedLengthIsJudgedByTheVersionInside) {
  for (const auto& [name, expected] : {std::pair{"ConnectV311", ReasonCode::kSuccess},
                                       std::pair{"ConnectV5", ReasonCode::kMalformedPacket}}) {
    std::string bytes = test::FindWireCase(name).bytes();
    bytes[1] = static_cast<char>(bytes[1] | 0x80);
    bytes.insert(2, 1, '\0');
    Connect packet;
    EXPECT_EQ(Decode(FrameOf(bytes), &packet).reason, expected) << name;
  }
}

}  // namespace
}  // namespace sluice::codec
