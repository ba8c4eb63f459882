#include "session/session_state.h"

#include <gtest/gtest.h>

namespace sluice::session {
namespace {

using codec::Qos;
using codec::ReasonCode;

class SessionStateTest : public testing::Test {
 protected:
  void TearDown() override { state.CheckInvariants(); }
  InboundIds::Stage StageOf(uint16_t packet_id) { return state.inbound.Find(packet_id)->stage; }
  SessionState state;
};

TEST_F(SessionStateTest, AnythingInFlightMakesItNotEmpty) {
  EXPECT_TRUE(state.empty());
  state.inbound.Insert(1);
  EXPECT_FALSE(state.empty());
  state.Clear();
  state.outbound.Append(Qos::kAtLeastOnce, {}).frame.AppendU8(0);
  state.outbound.Commit();
  EXPECT_FALSE(state.empty());
}

TEST_F(SessionStateTest, ClearForgetsEverything) {  // [MQTT-3.1.2-4]
  state.inbound.Insert(1);
  state.outbound.Append(Qos::kAtLeastOnce, {}).frame.AppendU8(0);
  state.outbound.Commit();
  state.Clear();
  EXPECT_TRUE(state.empty());
  EXPECT_EQ(state.outbound.bytes(), 0u);
}

TEST_F(SessionStateTest, LateAcknowledgementIsWaitedForOnce) {
  state.inbound.Insert(1);
  state.AcknowledgeInbound(1, ReasonCode::kSuccess);
  EXPECT_EQ(StageOf(1), InboundIds::Stage::kReceived);
  state.AcknowledgeInbound(1, ReasonCode::kQuotaExceeded);
  EXPECT_EQ(StageOf(1), InboundIds::Stage::kReceived);
}

TEST_F(SessionStateTest, LateRefusalFreesTheIdentifier) {
  state.inbound.Insert(1);
  state.AcknowledgeInbound(1, ReasonCode::kQuotaExceeded);
  EXPECT_TRUE(state.empty());
}

TEST_F(SessionStateTest, UnknownLateAcknowledgementIsWithoutEffect) {
  state.AcknowledgeInbound(1, ReasonCode::kSuccess);
  EXPECT_TRUE(state.empty());
}

TEST_F(SessionStateTest, MemoryIsWhatIsHeld) {
  EXPECT_EQ(state.MemoryBytes(), 0u);
  state.outbound.Append(Qos::kAtLeastOnce, {}).frame.Extend(5000);
  state.outbound.Commit();
  EXPECT_GT(state.MemoryBytes(), 5000u);
}

TEST_F(SessionStateTest, OnlyWhatIsHandedOutCanBeForgotten) {
  state.inbound.Insert(1);
  state.inbound.Insert(2);
  state.AcknowledgeInbound(1, ReasonCode::kSuccess);
  state.inbound.ForgetHandedOut();
  EXPECT_NE(state.inbound.Find(1), nullptr);
  EXPECT_EQ(state.inbound.Find(2), nullptr);
}

}  // namespace
}  // namespace sluice::session
