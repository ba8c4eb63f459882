#include "session/outbound_flow.h"

#include <optional>

#include "part_fixture.h"

namespace sluice::session {
namespace {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;

class OutboundFlowTest : public PartTest {
 protected:
  OutboundFlow& Flow() {
    if (!flow) flow.emplace(terms, limits, counters, control_rate);
    return *flow;
  }
  void Open(uint16_t receive_maximum = 65'535) {
    connect.properties.receive_maximum = receive_maximum;
    Bind();
    Flow().Open(now, &window, &out);
    Flow().CheckInvariants();
  }
  void Close() {
    Flow().Close();
    Flow().CheckInvariants();
    Said();
  }
  DeliverResult Deliver(Qos qos, std::string_view topic = "t") {
    codec::Publish message;
    message.qos = qos;
    message.topic = topic;
    const DeliverResult result = Flow().Deliver(now, message, &out);
    Flow().CheckInvariants();
    return result;
  }
  Fault Ack(PacketType type, uint16_t packet_id, ReasonCode reason = ReasonCode::kSuccess) {
    const Fault fault = Flow().OnAck(now, {type, packet_id, reason, {}}, &out);
    Flow().CheckInvariants();
    return fault;
  }

  OutboundWindow window;
  std::optional<OutboundFlow> flow;
};

TEST_F(OutboundFlowTest, ClosedFlowGivesTheWindowBackUnsent) {
  Open();
  Deliver(Qos::kAtLeastOnce);
  EXPECT_EQ(window.sent(), 1u);
  Close();
  EXPECT_EQ(window.sent(), 0u);
  EXPECT_EQ(window.size(), 1u);
}

TEST_F(OutboundFlowTest, SmallerReceiveMaximumHoldsTheRestBackAndNothingOvertakesIt) {
  Open();
  for (const char* topic : {"a", "b", "c"}) Deliver(Qos::kAtLeastOnce, topic);
  Close();
  Open(2);
  EXPECT_EQ(Said(), "PUBLISH dup a= q1 #1; PUBLISH dup b= q1 #2");
  EXPECT_EQ(Deliver(Qos::kAtLeastOnce, "d"), DeliverResult::kWindowFull);
  EXPECT_FALSE(Ack(PacketType::kPuback, 2));
  EXPECT_EQ(Said(), "PUBLISH dup c= q1 #3; finished #2 00");
}

TEST_F(OutboundFlowTest, PubcompWithAReasonIsStillTheEnd) {
  Open();
  Deliver(Qos::kExactlyOnce);
  EXPECT_FALSE(Ack(PacketType::kPubrec, 1));
  Said();
  EXPECT_FALSE(Ack(PacketType::kPubcomp, 1, ReasonCode::kPacketIdentifierNotFound));
  EXPECT_EQ(Said(), "finished #1 00");
}

TEST_F(OutboundFlowTest, AckOfAnotherQosIsAProtocolError) {
  Open();
  Deliver(Qos::kAtLeastOnce);
  Deliver(Qos::kExactlyOnce);
  EXPECT_EQ(Ack(PacketType::kPubrec, 1).reason, ReasonCode::kProtocolError);
  EXPECT_EQ(Ack(PacketType::kPubcomp, 1).reason, ReasonCode::kProtocolError);
  EXPECT_EQ(Ack(PacketType::kPuback, 2).reason, ReasonCode::kProtocolError);
  EXPECT_EQ(window.size(), 2u);
}

TEST_F(OutboundFlowTest, AckThatIsNotExpectedCostsAToken) {
  LeaveControlPackets(4);
  Open();
  Deliver(Qos::kExactlyOnce);
  EXPECT_FALSE(Ack(PacketType::kPubrec, 1));  // expected
  EXPECT_FALSE(Ack(PacketType::kPubrec, 1));  // repeated
  EXPECT_FALSE(Ack(PacketType::kPubrec, 9));  // unknown
  EXPECT_FALSE(Ack(PacketType::kPuback, 9));
  EXPECT_FALSE(control_rate.rests());
  Said();
  EXPECT_FALSE(Ack(PacketType::kPubrec, 1));
  EXPECT_EQ(Said(), "PUBREL 1; start rest 20ms");
  EXPECT_TRUE(control_rate.rests());
}

TEST_F(OutboundFlowTest, TopicsHaveNumbersForClientsThatAskForThem) {
  connect.properties.topic_alias_maximum = 1;
  Open();
  for (const Qos qos : {Qos::kAtMostOnce, Qos::kAtLeastOnce}) Deliver(qos, "abc");
  Deliver(Qos::kAtMostOnce, "other");
  EXPECT_EQ(ToHex(out.bytes.view()),
            "30 09 00 03 61 62 63 03 23 00 01 "  // the topic and its number
            "32 08 00 00 00 01 03 23 00 01 "     // the number alone
            "30 08 00 05 6F 74 68 65 72 00");    // one more than the client takes
}

TEST_F(OutboundFlowTest, NumbersOfTopicsEndWithTheConnection) {
  connect.properties.topic_alias_maximum = 1;
  Open();
  Deliver(Qos::kAtLeastOnce, "abc");
  Close();
  Open();  // What is in flight goes out again, with its topic.
  EXPECT_EQ(ToHex(out.bytes.view()), "3A 0B 00 03 61 62 63 00 01 03 23 00 01");
}

TEST_F(OutboundFlowTest, NumbersOfTopicsAreBoundedByUsToo) {
  connect.properties.topic_alias_maximum = 9;
  limits.topic_alias_maximum = 2;
  limits.max_alias_bytes = 4;
  Open();
  for (const char* topic : {"abc", "de", "f", "g"}) Deliver(Qos::kAtMostOnce, topic);
  EXPECT_EQ(ToHex(out.bytes.view()),
            "30 09 00 03 61 62 63 03 23 00 01 30 05 00 02 64 65 00 30 07 00 01 66 03 23 00 02 "
            "30 04 00 01 67 00");
}

TEST_F(OutboundFlowTest, NumberThatMakesAPacketTooLargeIsLeftOut) {
  connect.properties.topic_alias_maximum = 1;
  connect.properties.maximum_packet_size = 9;
  Open();
  EXPECT_EQ(Deliver(Qos::kAtMostOnce, "abc"), DeliverResult::kSent);
  EXPECT_EQ(ToHex(out.bytes.view()), "30 06 00 03 61 62 63 00");
}

TEST_F(OutboundFlowTest, MessageOfAnyQosThatTheClientDoesNotTakeLeavesNothingBehind) {
  connect.properties.maximum_packet_size = 5;
  Open();
  for (const Qos qos : {Qos::kAtMostOnce, Qos::kAtLeastOnce, Qos::kExactlyOnce}) {
    EXPECT_EQ(Deliver(qos, "long"), DeliverResult::kTooLarge);
  }
  EXPECT_EQ(Said(), "");
  EXPECT_EQ(window.size(), 0u);
}

}  // namespace
}  // namespace sluice::session
