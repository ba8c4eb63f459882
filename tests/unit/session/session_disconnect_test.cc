#include "session_fixture.h"

namespace sluice::session {
namespace {

using codec::Qos;
using codec::ReasonCode;
using codec::Version;

class OnDisconnectTest : public BothVersions {
 protected:
  void SetUp() override {
    connect.will.emplace();
    connect.will->topic = "will";
    connect.clean_start = false;
    connect.properties.session_expiry_interval = 60;
    limits.max_session_expiry_seconds = 60;
    Connect(GetParam());
  }
};
SLUICE_BOTH_VERSIONS(OnDisconnectTest);

TEST_P(OnDisconnectTest, ProperDisconnectCancelsTheWill) {  // [MQTT-3.1.2-10] [MQTT-3.14.4-3]
  SendHex("E0 00");
  EXPECT_EQ(Asked(), "close client 00 will=cancelled expiry=60");
  EXPECT_EQ(Sent(), "");
}

TEST_P(OnDisconnectTest, LostConnectionMakesTheWillDue) {  // [MQTT-3.1.2-8]
  CloseStream();
  EXPECT_EQ(Asked(), "close stream 80 will=due expiry=60");
}

TEST_P(OnDisconnectTest, ProtocolErrorMakesTheWillDue) {  // [MQTT-3.1.2-8]
  SendHex("E1 00");
  EXPECT_EQ(Asked(), "close malformed 81 will=due expiry=60");
}

TEST_P(OnDisconnectTest, ShutdownIsTold) {
  Disconnect(ReasonCode::kServerShuttingDown);
  EXPECT_EQ(Sent(), IsV5() ? "DISCONNECT 8B" : "");
  EXPECT_EQ(Asked(), "close server 8B will=due expiry=60");
}

TEST_P(OnDisconnectTest, TakeoverIsTold) {  // [MQTT-3.1.4-3]
  Disconnect(ReasonCode::kSessionTakenOver);
  EXPECT_EQ(Sent(), IsV5() ? "DISCONNECT 8E" : "");
}

TEST_P(OnDisconnectTest, NothingIsReceivedAfterDisconnect) {  // [MQTT-3.14.4-2]
  SendHex("E0 00 C0 00");
  EXPECT_EQ(Sent(), "");
  EXPECT_FALSE(session->CanReceive());
}

TEST_P(OnDisconnectTest, CloseIsSaidOnce) {
  SendHex("E0 00");
  CloseStream();
  Disconnect(ReasonCode::kServerShuttingDown);
  EXPECT_EQ(Asked(), "close client 00 will=cancelled expiry=60");
  EXPECT_EQ(Sent(), "");
}

TEST_P(OnDisconnectTest, ReservedFlagIsMalformed) {  // [MQTT-3.14.1-1]
  SendHex("E2 00");
  EXPECT_EQ(Sent(), IsV5() ? "DISCONNECT 81" : "");
}

class OnDisconnectV5Test : public SessionTest {
 protected:
  void ConnectWithWill(uint32_t expiry) {
    connect.will.emplace();
    connect.will->topic = "will";
    if (expiry) connect.properties.session_expiry_interval = expiry;
    Connect(Version::kV5);
  }
};

TEST_F(OnDisconnectV5Test, DisconnectWithWillMakesTheWillDue) {
  ConnectWithWill(0);
  SendHex("E0 01 04");
  EXPECT_EQ(Asked(), "close client 04 will=due expiry=0");
}

TEST_F(OnDisconnectV5Test, SessionExpiryCanBeChanged) {
  ConnectWithWill(60);
  SendHex("E0 07 00 05 11 00 00 00 05");
  EXPECT_EQ(Asked(), "close client 00 will=cancelled expiry=5");
}

TEST_F(OnDisconnectV5Test, SessionThatWasToEndCannotStay) {  // Section 3.14.2.2.2.
  ConnectWithWill(0);
  SendHex("E0 07 00 05 11 00 00 00 05");
  EXPECT_EQ(Sent(), "DISCONNECT 82");
  EXPECT_EQ(Asked(), "close rule 82 will=due expiry=0");
}

TEST_F(OnDisconnectV5Test, ReasonStringIsLeftOutWhenItDoesNotFit) {  // [MQTT-3.14.2-3]
  connect.properties.maximum_packet_size = 24;
  Connect(Version::kV5);
  Disconnect(ReasonCode::kServerShuttingDown);
  EXPECT_EQ(SentHex(), "E0 01 8B");
}

TEST_F(OnDisconnectV5Test, AuthWithoutMethodIsAProtocolError) {  // [MQTT-4.12.0-6]
  Connect(Version::kV5);
  SendHex("F0 00");
  EXPECT_EQ(Sent(), "DISCONNECT 82");
}

TEST_F(OnDisconnectV5Test, PacketBeyondMaximumPacketSizeIsNotWaitedFor) {
  limits.max_packet_bytes = 20'000;
  Connect(Version::kV5);
  SendHex("30 FF FF 7F");
  EXPECT_EQ(Sent(), "DISCONNECT 95");
  EXPECT_EQ(counters.oversized_packets.value(), 1u);
}

}  // namespace
}  // namespace sluice::session
