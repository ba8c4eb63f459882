#include "session/inbound_flow.h"

#include <optional>

#include "part_fixture.h"

namespace sluice::session {
namespace {

using codec::Qos;
using codec::ReasonCode;
using codec::Version;

class InboundFlowTest : public PartTest {
 protected:
  InboundFlow& Flow() {
    if (!flow) flow.emplace(terms, limits, capabilities, counters, control_rate);
    return *flow;
  }
  void Open(Version version, bool late_acknowledgements = false) {
    Bind(version);
    Flow().Open(&ids, late_acknowledgements);
  }
  Fault Publish(Qos qos, uint16_t packet_id, bool dup = false) {
    publish = {};
    publish.qos = qos;
    publish.packet_id = packet_id;
    publish.topic = "t";
    publish.dup = dup;
    return Checked(Flow().OnPublish(&publish, &out));
  }
  Fault Acknowledge(uint16_t packet_id, ReasonCode reason = ReasonCode::kSuccess) {
    return Checked(Flow().Acknowledge(packet_id, reason, &out));
  }
  Fault Pubrel(uint16_t packet_id) {
    return Checked(Flow().OnPubrel(now, {codec::PacketType::kPubrel, packet_id, {}, {}}, &out));
  }
  void Close() {
    Flow().Close();
    Flow().CheckInvariants();
  }
  // A fault ends the connection, and so the flow.
  Fault Checked(const Fault& fault) {
    if (!fault) Flow().CheckInvariants();
    return fault;
  }

  InboundIds ids;
  std::optional<InboundFlow> flow;
  codec::Publish publish;
};

TEST_F(InboundFlowTest, ClosedFlowHoldsNothing) {
  Open(Version::kV5);
  EXPECT_FALSE(Publish(Qos::kAtLeastOnce, 1));
  EXPECT_FALSE(Publish(Qos::kExactlyOnce, 2));
  Close();
  EXPECT_EQ(Flow().unacknowledged(), 0u);
  EXPECT_EQ(ids.size(), 0u);
}

TEST_F(InboundFlowTest, IdentifiersOutliveTheFlowWhenTheOwnerWillSayMore) {
  Open(Version::kV5, true);
  EXPECT_FALSE(Publish(Qos::kExactlyOnce, 2));
  Close();
  EXPECT_EQ(ids.size(), 1u);
  EXPECT_EQ(ids.counted(), 0u);
}

TEST_F(InboundFlowTest, WordThatCouldNotLeaveIsKept) {
  Open(Version::kV5, true);
  EXPECT_FALSE(Publish(Qos::kAtLeastOnce, 1));
  for (const uint16_t id : {2, 3}) EXPECT_FALSE(Publish(Qos::kExactlyOnce, id));
  EXPECT_FALSE(Acknowledge(2));
  EXPECT_FALSE(Acknowledge(3, ReasonCode::kQuotaExceeded));
  Close();
  ASSERT_EQ(ids.size(), 1u);
  EXPECT_EQ(ids.Find(2)->stage, InboundIds::Stage::kReceived);
}

TEST_F(InboundFlowTest, WindowIsFullAtReceiveMaximum) {
  limits.receive_maximum = 2;
  Open(Version::kV5);
  EXPECT_FALSE(Publish(Qos::kAtLeastOnce, 1));
  EXPECT_FALSE(Publish(Qos::kExactlyOnce, 2));
  const Fault fault = Publish(Qos::kAtLeastOnce, 3);
  EXPECT_EQ(fault.reason, ReasonCode::kReceiveMaximumExceeded);
  EXPECT_EQ(fault.cause, CloseCause::kLimit);
}

TEST_F(InboundFlowTest, Qos2MessageCountsUntilPubrel) {
  limits.receive_maximum = 1;
  Open(Version::kV5);
  EXPECT_FALSE(Publish(Qos::kExactlyOnce, 1));
  EXPECT_FALSE(Acknowledge(1));
  EXPECT_TRUE(Publish(Qos::kAtLeastOnce, 2));
  EXPECT_FALSE(Pubrel(1));
  EXPECT_FALSE(Publish(Qos::kAtLeastOnce, 2));
}

TEST_F(InboundFlowTest, Only311IsBlockedByAFullWindow) {
  limits.receive_maximum = 1;
  for (const Version version : {Version::kV311, Version::kV5}) {
    Open(version);
    EXPECT_FALSE(Publish(Qos::kAtLeastOnce, 1));
    EXPECT_EQ(Flow().blocked(), version == Version::kV311);
    EXPECT_FALSE(Acknowledge(1));
    EXPECT_FALSE(Flow().blocked());
    Close();
  }
}

TEST_F(InboundFlowTest, RefusalEndsAConnectionOf311Only) {  // [MQTT-3.3.5-2]
  for (const Version version : {Version::kV311, Version::kV5}) {
    Open(version);
    EXPECT_FALSE(Publish(Qos::kAtLeastOnce, 1));
    EXPECT_EQ(static_cast<bool>(Acknowledge(1, ReasonCode::kQuotaExceeded)),
              version == Version::kV311);
    Close();
  }
}

// The PUBREC that answers a repetition waits behind another message, and PUBREL does not wait for
// it: the identifier is free, but not to be used again before that PUBREC has left.
TEST_F(InboundFlowTest, PubrelMayOvertakeTheAnswerToARepetition) {
  Open(Version::kV5);
  EXPECT_FALSE(Publish(Qos::kExactlyOnce, 1));
  EXPECT_FALSE(Acknowledge(1));
  EXPECT_FALSE(Publish(Qos::kAtLeastOnce, 2));
  EXPECT_FALSE(Publish(Qos::kExactlyOnce, 1, true));
  Said();
  EXPECT_FALSE(Pubrel(1));
  EXPECT_EQ(Said(), "PUBCOMP 1");
  EXPECT_TRUE(Publish(Qos::kExactlyOnce, 1));
  EXPECT_FALSE(Acknowledge(2));
  EXPECT_EQ(Said(), "PUBACK 2; PUBREC 1");
}

TEST_F(InboundFlowTest, UnknownPubrelCostsAToken) {
  LeaveControlPackets(2);
  Open(Version::kV5);
  EXPECT_FALSE(Pubrel(9));
  EXPECT_FALSE(control_rate.rests());
  EXPECT_FALSE(Pubrel(9));
  EXPECT_TRUE(control_rate.rests());
  EXPECT_EQ(counters.control_floods.value(), 1u);
}

TEST_F(InboundFlowTest, AliasBecomesItsTopic) {  // [MQTT-3.3.2-12]
  Open(Version::kV5);
  for (const char* topic : {"a/b", ""}) {
    codec::Publish aliased;
    aliased.topic = topic;
    aliased.properties.topic_alias = 1;
    EXPECT_FALSE(Flow().OnPublish(&aliased, &out));
    EXPECT_EQ(aliased.topic, "a/b");
    EXPECT_FALSE(aliased.properties.topic_alias.has_value());
  }
}

}  // namespace
}  // namespace sluice::session
