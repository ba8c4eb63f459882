// The part of the contract that is about connections: each attempt ends once, and what is over is
// forgotten.

#include "support/uplink_contract.h"

namespace sluice::test {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_P(UplinkContract, ConnectionIsToldOnce) {
  StartAndConnect();
  Publish(1, "x");
  ASSERT_TRUE(Answered(1));
  EXPECT_EQ(recorder_.connected, 1);
  EXPECT_EQ(recorder_.disconnected, 0);
  EXPECT_GE(recorder_.limits.max_in_flight, 1u);
}

TEST_P(UplinkContract, AttemptEndsOnceWhereNobodyIs) {
  Start();
  rig_->KillUpstream();
  Connect();
  EXPECT_EQ(recorder_.disconnected, 1);
  EXPECT_FALSE(recorder_.reason.empty());
  rig_->RestartUpstream();
  Settle();
  EXPECT_EQ(recorder_.disconnected, 1);
}

TEST_P(UplinkContract, LostConnectionIsToldOnceAndAnswersNothingMore) {
  StartAndConnect();
  rig_->PauseUpstream();
  PublishNumbers(0, 3);
  rig_->KillUpstream();
  ASSERT_TRUE(Ended(2));
  EXPECT_EQ(recorder_.disconnected, 1);
  EXPECT_FALSE(recorder_.reason.empty());
  rig_->RestartUpstream();
  Settle();
  EXPECT_EQ(recorder_.disconnected, 1);
  EXPECT_EQ(recorder_.answered(), 0u);
}

TEST_P(UplinkContract, MayBeConnectedAgainFromInsideTheEnd) {
  StartAndConnect();
  recorder_.on_disconnected = [this] { rig_->uplink().Connect(); };
  rig_->KillUpstream();
  ASSERT_TRUE(Ended(3)) << "the second attempt did not end";
  recorder_.on_disconnected = nullptr;
  rig_->RestartUpstream();
  Settle();
  EXPECT_EQ(recorder_.connected, 2);
}

TEST_P(UplinkContract, DisconnectWithoutAConnectionDoesNothing) {
  Start();
  Disconnect();
  Settle();
  EXPECT_EQ(recorder_.disconnected, 0);
}

TEST_P(UplinkContract, DisconnectEndsAnAttemptSilently) {
  Start();
  rig_->PauseUpstream();
  BeginConnect();
  Disconnect();
  rig_->ResumeUpstream();
  Settle();
  EXPECT_EQ(recorder_.connected, 1);
  EXPECT_EQ(recorder_.disconnected, 0);
}

TEST_P(UplinkContract, DisconnectEndsAConnectionSilently) {
  StartAndConnect();
  PublishNumbers(0, 3);
  Disconnect();
  Settle();
  EXPECT_EQ(recorder_.connected, 2);
  EXPECT_EQ(recorder_.disconnected, 0);
  EXPECT_THAT(recorder_.acknowledged, IsEmpty());
}

TEST_P(UplinkContract, DisconnectTwiceOrAfterALossDoesNothing) {
  StartAndConnect();
  rig_->KillUpstream();
  ASSERT_TRUE(Ended(2));
  Disconnect();
  Disconnect();
  rig_->RestartUpstream();
  Settle();
  EXPECT_EQ(recorder_.disconnected, 1);
}

TEST_P(UplinkContract, ConnectForgetsTheConnectionBefore) {
  StartAndConnect();
  rig_->PauseUpstream();
  PublishNumbers(0, 3);
  BeginConnect();
  rig_->ResumeUpstream();
  ASSERT_TRUE(Ended(2));
  Publish(7, "x");
  ASSERT_TRUE(Answered(1));
  EXPECT_THAT(recorder_.acknowledged, ElementsAre(7u));
  EXPECT_EQ(recorder_.disconnected, 0);
}

TEST_P(UplinkContract, ConnectForgetsTheAttemptBefore) {
  Start();
  rig_->PauseUpstream();
  BeginConnect();
  BeginConnect();
  rig_->ResumeUpstream();
  Settle();
  EXPECT_LE(recorder_.connected, 2);
  EXPECT_EQ(recorder_.disconnected, 0);
}

TEST_P(UplinkContract, ListenerThatIsTakenAwayHearsNothing) {
  StartAndConnect();
  PublishNumbers(0, 3);
  rig_->uplink().SetListener(nullptr);
  recorder_.Forbid(true);
  rig_->KillUpstream();
  rig_->uplink().Disconnect();
  rig_->RestartUpstream();
  rig_->uplink().SetListener(&recorder_);
  Settle();
  EXPECT_EQ(recorder_.disconnected, 0);
  EXPECT_EQ(recorder_.answered(), 0u);
}

TEST_P(UplinkContract, MayBeDestroyedWhileConnecting) {
  Start();
  BeginConnect();
  recorder_.Forbid(true);
  rig_->DestroyUplink();
  rig_->RunUntil([] { return true; });
}

TEST_P(UplinkContract, MayBeDestroyedWithMessagesInFlight) {
  StartAndConnect();
  PublishNumbers(0, 10);
  recorder_.Forbid(true);
  rig_->DestroyUplink();
  rig_->RunUntil([] { return true; });
}

TEST_P(UplinkCredentialsContract, WrongCredentialsSayWhatToDo) {
  Start({.knows_us = false});
  Connect();
  EXPECT_THAT(recorder_.connected, Eq(0));
  EXPECT_THAT(recorder_.reason, HasSubstr("check username"));
}

}  // namespace
}  // namespace sluice::test
