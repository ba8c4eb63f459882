#include "session_fixture.h"

namespace sluice::session {
namespace {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;
using codec::Version;

class OnAckTest : public BothVersions {
 protected:
  void SetUp() override { Connect(GetParam()); }
  void DeliverQuietly(Qos qos) {
    Deliver(qos);
    Sent();
  }
};
SLUICE_BOTH_VERSIONS(OnAckTest);

TEST_P(OnAckTest, PubackOutOfOrderFinishesItsMessage) {
  for (int i = 0; i < 3; ++i) DeliverQuietly(Qos::kAtLeastOnce);
  SendAck(PacketType::kPuback, 2);
  SendAck(PacketType::kPuback, 3);
  SendAck(PacketType::kPuback, 1);
  EXPECT_EQ(Asked(), "finished #2 00; finished #3 00; finished #1 00");
}

TEST_P(OnAckTest, UnknownPubackIsIgnored) {
  SendAck(PacketType::kPuback, 5);
  EXPECT_EQ(Asked(), "");
  EXPECT_TRUE(session->connected());
}

TEST_P(OnAckTest, UnknownPubcompIsIgnored) {
  SendAck(PacketType::kPubcomp, 5);
  EXPECT_EQ(Asked(), "");
  EXPECT_EQ(Sent(), "");
}

TEST_P(OnAckTest, UnknownPubrecIsReleasedSoThatTheClientForgetsItToo) {
  SendAck(PacketType::kPubrec, 5);
  EXPECT_EQ(Sent(), IsV5() ? "PUBREL 5 92" : "PUBREL 5");
}

TEST_P(OnAckTest, UnknownPubrelIsCompleted) {
  SendAck(PacketType::kPubrel, 5);
  EXPECT_EQ(Sent(), IsV5() ? "PUBCOMP 5 92" : "PUBCOMP 5");
}

TEST_P(OnAckTest, RepeatedPubrecIsReleasedAgain) {
  DeliverQuietly(Qos::kExactlyOnce);
  SendAck(PacketType::kPubrec, 1);
  SendAck(PacketType::kPubrec, 1);
  EXPECT_EQ(Sent(), "PUBREL 1; PUBREL 1");
}

TEST_P(OnAckTest, PubackForQos2IsAProtocolError) {
  DeliverQuietly(Qos::kExactlyOnce);
  SendAck(PacketType::kPuback, 1);
  EXPECT_EQ(Asked(), "close rule 82 will=none expiry=0");
}

TEST_P(OnAckTest, PubrecForQos1IsAProtocolError) {
  DeliverQuietly(Qos::kAtLeastOnce);
  SendAck(PacketType::kPubrec, 1);
  EXPECT_EQ(Asked(), "close rule 82 will=none expiry=0");
}

TEST_P(OnAckTest, PubcompWithoutPubrecIsAProtocolError) {
  DeliverQuietly(Qos::kExactlyOnce);
  SendAck(PacketType::kPubcomp, 1);
  EXPECT_EQ(Asked(), "close rule 82 will=none expiry=0");
}

TEST_P(OnAckTest, PubrelBeforePubrecIsAProtocolError) {
  Publish(Qos::kExactlyOnce, 7);
  Asked();
  SendAck(PacketType::kPubrel, 7);
  EXPECT_EQ(Sent(), IsV5() ? "DISCONNECT 82" : "");
  EXPECT_EQ(Asked(), "close rule 82 will=none expiry=0");
}

TEST_P(OnAckTest, FloodOfUnknownAcksIsSlowedDown) {
  for (uint32_t i = 0; i < limits.control_burst; ++i) SendAck(PacketType::kPuback, 5);
  EXPECT_EQ(Asked(), "start rest 20ms");
  EXPECT_FALSE(session->CanReceive());
  EXPECT_EQ(counters.control_floods.value(), 1u);
}

TEST_P(OnAckTest, AcksForOurMessagesAreNoFlood) {
  for (uint32_t i = 0; i < 2 * limits.control_burst; ++i) {
    DeliverQuietly(Qos::kExactlyOnce);
    const uint16_t id = state.outbound.messages()[0].packet_id;
    SendAck(PacketType::kPubrec, id);
    SendAck(PacketType::kPubcomp, id);
  }
  EXPECT_TRUE(session->connected());
}

}  // namespace
}  // namespace sluice::session
