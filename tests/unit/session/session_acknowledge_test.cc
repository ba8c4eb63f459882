#include "session_fixture.h"

namespace sluice::session {
namespace {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;
using codec::Version;

class AcknowledgeTest : public BothVersions {
 protected:
  void SetUp() override {
    connect.clean_start = false;
    connect.properties.session_expiry_interval = 60;
    Connect(GetParam());
  }
};
SLUICE_BOTH_VERSIONS(AcknowledgeTest);

TEST_P(AcknowledgeTest, AnswersLeaveInTheOrderOfArrival) {  // [MQTT-4.6.0-2] [MQTT-4.6.0-3]
  for (uint16_t id = 1; id <= 4; ++id) Publish(id % 2 ? Qos::kAtLeastOnce : Qos::kExactlyOnce, id);
  Acknowledge(3);
  Acknowledge(2);
  EXPECT_EQ(Sent(), "");
  Acknowledge(1);
  EXPECT_EQ(Sent(), "PUBACK 1; PUBREC 2; PUBACK 3");
  Acknowledge(4);
  EXPECT_EQ(Sent(), "PUBREC 4");
}

TEST_P(AcknowledgeTest, SecondAndUnknownAcknowledgementsAreWithoutEffect) {
  Publish(Qos::kAtLeastOnce, 1);
  Publish(Qos::kAtLeastOnce, 2);
  Acknowledge(2);
  Acknowledge(2, ReasonCode::kQuotaExceeded);
  Acknowledge(9);
  EXPECT_EQ(Sent(), "");
  Acknowledge(1);
  Acknowledge(1);
  EXPECT_EQ(Sent(), "PUBACK 1; PUBACK 2");
}

TEST_P(AcknowledgeTest, RefusalIsToldOrEndsTheConnection) {  // 3.1.1: [MQTT-3.3.5-2]
  Publish(Qos::kAtLeastOnce, 1);
  Asked();
  Acknowledge(1, ReasonCode::kQuotaExceeded);
  EXPECT_EQ(Sent(), IsV5() ? "PUBACK 1 97" : "");
  EXPECT_EQ(session->closed(), !IsV5());
}

TEST_P(AcknowledgeTest, NobodyListeningIsASuccess) {
  Publish(Qos::kAtLeastOnce, 1);
  Acknowledge(1, ReasonCode::kNoMatchingSubscribers);
  EXPECT_EQ(SentHex(), IsV5() ? "40 03 00 01 10" : "40 02 00 01");
}

TEST_P(AcknowledgeTest, UnacknowledgedQos2IsHandedOutAgainToTheNextConnection) {
  Publish(Qos::kExactlyOnce, 1);
  CloseStream();
  Asked();
  Resume(GetParam());
  Publish(Qos::kExactlyOnce, 1, "t", true);
  EXPECT_EQ(Asked(), "start connect 10000ms; stop connect; connect c; publish t=x q2 #1");
}

TEST_P(AcknowledgeTest, AcknowledgedQos2IsNotHandedOutAgainToTheNextConnection) {
  Publish(Qos::kExactlyOnce, 1);
  Acknowledge(1);
  CloseStream();
  Resume(GetParam());
  Asked();
  Sent();
  Publish(Qos::kExactlyOnce, 1, "t", true);
  EXPECT_EQ(Asked(), "");
  EXPECT_EQ(Sent(), "PUBREC 1");
}

TEST_P(AcknowledgeTest, AcknowledgementThatCouldNotLeaveIsRemembered) {
  Publish(Qos::kAtLeastOnce, 1);
  Publish(Qos::kExactlyOnce, 2);
  Acknowledge(2);  // waits for the one before it
  CloseStream();
  Resume(GetParam());
  Asked();
  Sent();
  Publish(Qos::kExactlyOnce, 2, "t", true);
  EXPECT_EQ(Asked(), "");
  EXPECT_EQ(Sent(), "PUBREC 2");
}

TEST_P(AcknowledgeTest, PubrelMayComeOnTheNextConnection) {
  Publish(Qos::kExactlyOnce, 1);
  Acknowledge(1);
  CloseStream();
  Resume(GetParam());
  Sent();
  SendAck(PacketType::kPubrel, 1);
  EXPECT_EQ(Sent(), "PUBCOMP 1");
}

TEST_P(AcknowledgeTest, AnswersToRepetitionsKeepTheOrderToo) {
  Publish(Qos::kExactlyOnce, 1);
  Acknowledge(1);
  Publish(Qos::kAtLeastOnce, 2);
  Sent();
  Publish(Qos::kExactlyOnce, 1, "t", true);
  EXPECT_EQ(Sent(), "");
  Acknowledge(2);
  EXPECT_EQ(Sent(), "PUBACK 2; PUBREC 1");
}

TEST_P(AcknowledgeTest, RepetitionsBehindAWaitingMessageAreAnsweredOnce) {
  Publish(Qos::kExactlyOnce, 1);
  Acknowledge(1);
  Publish(Qos::kAtLeastOnce, 2);
  for (int i = 0; i < 100; ++i) Publish(Qos::kExactlyOnce, 1, "t", true);
  EXPECT_EQ(session->unacknowledged(), 2u);
}

TEST_P(AcknowledgeTest, AfterCloseItIsWithoutEffect) {
  Publish(Qos::kAtLeastOnce, 1);
  CloseStream();
  Acknowledge(1);
  EXPECT_EQ(Sent(), "");
}

// The owner promised to say what became of messages whose connection has ended.
class LateAcknowledgeTest : public BothVersions {
 protected:
  void SetUp() override {
    answer.late_acknowledgements = true;
    connect.clean_start = false;
    connect.properties.session_expiry_interval = 60;
    Connect(GetParam());
    Publish(Qos::kExactlyOnce, 1);
    CloseStream();
  }
  void ResumeQuietly() {
    Resume(GetParam());
    Asked();
    Sent();
  }
};
SLUICE_BOTH_VERSIONS(LateAcknowledgeTest);

TEST_P(LateAcknowledgeTest, BetweenConnectionsItIsRemembered) {
  state.AcknowledgeInbound(1, ReasonCode::kSuccess);
  ResumeQuietly();
  Publish(Qos::kExactlyOnce, 1, "t", true);
  EXPECT_EQ(Asked(), "");
  EXPECT_EQ(Sent(), "PUBREC 1");
}

TEST_P(LateAcknowledgeTest, RefusalBetweenConnectionsLetsTheMessageBeOfferedAgain) {
  state.AcknowledgeInbound(1, ReasonCode::kQuotaExceeded);
  ResumeQuietly();
  Publish(Qos::kExactlyOnce, 1, "t", true);
  EXPECT_EQ(Asked(), "publish t=x q2 #1");
}

TEST_P(LateAcknowledgeTest, RefusalThatEndsAConnectionLetsTheMessageBeOfferedAgain) {
  ResumeQuietly();
  Publish(Qos::kExactlyOnce, 2);
  Acknowledge(2, ReasonCode::kQuotaExceeded);  // closes a connection of 3.1.1
  CloseStream();
  ResumeQuietly();
  Publish(Qos::kExactlyOnce, 2, "t", true);
  EXPECT_EQ(Asked(), "publish t=x q2 #2");
}

TEST_P(LateAcknowledgeTest, WithoutThePromiseTheMessageIsHandedOutAgain) {
  answer.late_acknowledgements = false;
  ResumeQuietly();
  Publish(Qos::kExactlyOnce, 1, "t", true);
  EXPECT_EQ(Asked(), "publish t=x q2 #1");
}

TEST_P(LateAcknowledgeTest, BeforeTheRepetitionItIsRemembered) {
  ResumeQuietly();
  Acknowledge(1);
  EXPECT_EQ(Sent(), "");
  Publish(Qos::kExactlyOnce, 1, "t", true);
  EXPECT_EQ(Asked(), "");
  EXPECT_EQ(Sent(), "PUBREC 1");
}

TEST_P(LateAcknowledgeTest, AfterTheRepetitionItIsSent) {
  ResumeQuietly();
  Publish(Qos::kExactlyOnce, 1, "t", true);
  EXPECT_EQ(Asked(), "");
  EXPECT_EQ(Sent(), "");
  Acknowledge(1);
  EXPECT_EQ(Sent(), "PUBREC 1");
}

}  // namespace
}  // namespace sluice::session
