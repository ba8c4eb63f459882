// Upstream sees us come and go, and one that does not want to gets events all the same.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "uplink_fixture.h"

namespace sluice::uplink_mqtt {
namespace {

using codec::ReasonCode;
using std::chrono::seconds;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class StatusTopicTest : public MqttUplinkTest {
 protected:
  void SetUp() override {
    MqttUplinkTest::SetUp();
    clock_.SetWall(FromUnixNanos(1'800'000'000'000'000'000));
    options_.status = {"gateways/g", "g", "1.2.3", &clock_};
  }
  // One connection, up to the birth; false: without.
  bool BeginUntilBirth(const codec::Connack& connack = {}) {
    sent_.clear();
    Begin();
    Say(connack);
    return !sent_.empty() && sent_.back().starts_with("PUBLISH");
  }
  void AnswerBirth(ReasonCode reason = ReasonCode::kSuccess) {
    Say(codec::Ack{codec::PacketType::kPuback, 1, reason, {}});
  }
  void LoseConnection() {
    dialer_->server.reset();
    scheduler_.RunReady();
  }
};

TEST_F(StatusTopicTest, WillAndBirthAndGoodbye) {
  ASSERT_TRUE(BeginUntilBirth());
  EXPECT_THAT(sent_[0],
              AllOf(HasSubstr("CONNECT"), HasSubstr("gateways/g"),
                    HasSubstr(R"("state":"offline","online_since":"2027-01-15T08:00:00.001Z")"),
                    HasSubstr(R"("reason":"lost")")));
  EXPECT_THAT(sent_[1], AllOf(HasSubstr("PUBLISH qos=1 retain"), HasSubstr("topic=gateways/g"),
                              HasSubstr(R"({"gateway":"g","version":"1.2.3","state":"online",)"
                                        R"("since":"2027-01-15T08:00:00.001Z"})")));
  EXPECT_FALSE(connected_);  // nothing of a route's is on the way yet
  AnswerBirth();
  EXPECT_TRUE(connected_);
  EXPECT_THAT(told_, ElementsAre("status told"));
  clock_.Advance(seconds(60));
  sent_.clear();
  uplink_->Disconnect();
  scheduler_.RunReady();
  ASSERT_EQ(sent_.size(), 2u);
  EXPECT_THAT(sent_[0], AllOf(HasSubstr("retain"), HasSubstr("topic=gateways/g"),
                              HasSubstr(R"("state":"offline","since":"2027-01-15T08:01:00.001Z",)"
                                        R"("reason":"goodbye")")));
  EXPECT_EQ(sent_[1], "DISCONNECT");
}

TEST_F(StatusTopicTest, ClockThatIsNotSetSaysNoTime) {
  clock_.SetWall(FromUnixNanos(0));
  ASSERT_TRUE(BeginUntilBirth());
  EXPECT_THAT(sent_[1], HasSubstr(R"("state":"online"})"));
}

// All that it may have in flight is the routes'.
TEST_F(StatusTopicTest, BirthTakesNoRoomOfARoutes) {
  codec::Connack connack;
  connack.properties.receive_maximum = 1;
  ASSERT_TRUE(BeginUntilBirth(connack));
  AnswerBirth();
  told_.clear();
  Publish(7);
  Say(codec::Ack{codec::PacketType::kPuback, 2, {}, {}});
  EXPECT_THAT(told_, ElementsAre("acked 7"));
}

TEST_F(StatusTopicTest, RefusedBirthIsSaidAndTheConnectionGoesOn) {
  ASSERT_TRUE(BeginUntilBirth());
  AnswerBirth(ReasonCode::kNotAuthorized);
  EXPECT_TRUE(connected_);
  EXPECT_THAT(told_, ElementsAre("status untold: the broker refuses it: Not authorized (0x87)"));
  sent_.clear();
  uplink_->Disconnect();
  scheduler_.RunReady();
  EXPECT_THAT(sent_, ElementsAre("DISCONNECT"));
}

TEST_F(StatusTopicTest, BrokerWithoutRetainedMessagesIsNotTold) {
  codec::Connack connack;
  connack.properties.retain_available = 0;
  EXPECT_FALSE(BeginUntilBirth(connack));
  EXPECT_TRUE(connected_);
  EXPECT_THAT(told_, ElementsAre("status untold: the broker keeps no retained messages"));
}

TEST_F(StatusTopicTest, EndsAtTheBirthAreNoConnections) {
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(BeginUntilBirth());
    LoseConnection();
    EXPECT_FALSE(connected_);
    EXPECT_EQ(ends_, i + 1);
  }
  EXPECT_FALSE(BeginUntilBirth());
  EXPECT_TRUE(connected_);
  EXPECT_THAT(told_, ElementsAre("status untold: upstream ends the connection at it"));
  EXPECT_THAT(sent_[0], Not(HasSubstr("gateways/g")));  // and has no will
  // Once more at the next connection.
  LoseConnection();
  ASSERT_TRUE(BeginUntilBirth());
  LoseConnection();
  EXPECT_FALSE(BeginUntilBirth());
  EXPECT_TRUE(connected_);
}

TEST_F(StatusTopicTest, LinkThatDiesOnceAtTheBirthChangesNothing) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(BeginUntilBirth());
    LoseConnection();
    ASSERT_TRUE(BeginUntilBirth());
    AnswerBirth();
    EXPECT_TRUE(connected_);
    LoseConnection();
  }
  EXPECT_THAT(told_, Not(Contains(HasSubstr("untold"))));
}

TEST_F(StatusTopicTest, BirthThatIsNeverAnsweredIsLikeAnEnd) {
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(BeginUntilBirth());
    uplink_->Disconnect();  // whoever waits for the connection has waited long enough
    scheduler_.RunReady();
  }
  EXPECT_FALSE(BeginUntilBirth());
  EXPECT_TRUE(connected_);
}

// Upstream may have taken it, and DISCONNECT calls off the will.
TEST_F(StatusTopicTest, BirthThatIsNotAnsweredIsTakenBack) {
  ASSERT_TRUE(BeginUntilBirth());
  sent_.clear();
  uplink_->Disconnect();
  scheduler_.RunReady();
  ASSERT_EQ(sent_.size(), 2u);
  EXPECT_THAT(sent_[0], AllOf(HasSubstr("retain"), HasSubstr("topic=gateways/g"),
                              HasSubstr(R"("reason":"goodbye")")));
  EXPECT_EQ(sent_[1], "DISCONNECT");
}

TEST_F(StatusTopicTest, RefusedWillIsLeftOutTheNextTime) {
  codec::Connack refusal;
  refusal.reason = ReasonCode::kRetainNotSupported;
  EXPECT_FALSE(BeginUntilBirth(refusal));
  EXPECT_EQ(ends_, 1);
  EXPECT_FALSE(BeginUntilBirth());
  EXPECT_TRUE(connected_);
  EXPECT_THAT(told_,
              ElementsAre("status untold: upstream refuses a connection with a will for it"));
}

// That was not the will.
TEST_F(StatusTopicTest, RefusedWithoutAWillItComesBack) {
  codec::Connack refusal;
  refusal.reason = ReasonCode::kNotAuthorized;
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(BeginUntilBirth(refusal));
  EXPECT_TRUE(BeginUntilBirth());
}

TEST_F(StatusTopicTest, BadCredentialsSayNothingOfTheWill) {
  codec::Connack refusal;
  refusal.reason = ReasonCode::kBadUserNameOrPassword;
  EXPECT_FALSE(BeginUntilBirth(refusal));
  EXPECT_TRUE(BeginUntilBirth());
}

TEST_F(MqttUplinkTest, WithoutAStatusTopicNothingIsTold) {
  Connect();
  EXPECT_THAT(told_, IsEmpty());
}

}  // namespace
}  // namespace sluice::uplink_mqtt
