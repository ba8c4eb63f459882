// Of several servers, which is tried and when.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "uplink_fixture.h"

namespace sluice::uplink_mqtt {
namespace {

using codec::ReasonCode;
using std::chrono::seconds;
using testing::ElementsAre;

const DialFailure kRefused{DialCause::kRefused, {}, "connection refused"};

class ServersTest : public MqttUplinkTest {
 protected:
  void SetUp() override {
    MqttUplinkTest::SetUp();
    options_.url = *forward::ParseUplinkUrl("mqtt://a", kSchemes);
    options_.others = {*forward::ParseUplinkUrl("mqtt://b", kSchemes),
                       *forward::ParseUplinkUrl("mqtt://c", kSchemes)};
  }
  void Refuse(ReasonCode reason) {
    codec::Connack connack;
    connack.reason = reason;
    Say(connack);
  }
  void LoseConnection() {
    dialer_->server.reset();
    scheduler_.RunReady();
  }
  void Acknowledge() {
    Publish(1);
    Say(codec::Ack{codec::PacketType::kPuback, 1, {}, {}});
  }
  // Of the next attempt.
  std::string FirstDialed() {
    dialer_->dialed_to.clear();
    Begin();
    return dialer_->dialed_to.front();
  }
};

TEST_F(ServersTest, AreTriedInTheirOrderUntilOneTakesUs) {
  Connect();
  LoseConnection();
  dialer_->failures = {{"a", kRefused}};
  dialer_->dialed_to.clear();
  told_.clear();
  uplink_->Connect();
  for (int i = 0; i < 2; ++i) Dialed();
  Refuse(ReasonCode::kServerUnavailable);  // a second way to say no
  Dialed();
  Say(codec::Connack{});
  EXPECT_TRUE(connected_);
  EXPECT_EQ(limits_.server, "c:1883");
}

TEST_F(ServersTest, EachThatFailsIsToldAndTheLastEndsTheAttempt) {
  Connect();
  Acknowledge();
  LoseConnection();
  dialer_->failures = {{"a", kRefused}, {"b", kRefused}, {"c", kRefused}};
  dialer_->dialed_to.clear();
  told_.clear();
  ends_ = 0;
  uplink_->Connect();
  for (int i = 0; i < 3; ++i) Dialed();
  EXPECT_THAT(dialer_->dialed_to, ElementsAre("a", "b", "c"));
  EXPECT_THAT(told_, ElementsAre("server failed: a:1883: connection refused",
                                 "server failed: b:1883: connection refused"));
  EXPECT_EQ(ends_, 1);
  EXPECT_EQ(why_, "c:1883: connection refused");
  Dialed();
  EXPECT_EQ(dialer_->dialed_to.size(), 3u);
}

TEST_F(ServersTest, FirstIsPreferredAgainAtTheNextConnection) {
  Begin();
  Refuse(ReasonCode::kServerBusy);
  Dialed();
  Say(codec::Connack{});
  EXPECT_EQ(limits_.server, "b:1883");
  Acknowledge();
  LoseConnection();
  EXPECT_EQ(FirstDialed(), "a");
}

TEST_F(ServersTest, OneThatAcknowledgesNothingGoesBehindTheOthers) {
  Connect();
  Publish(1);
  LoseConnection();
  EXPECT_EQ(FirstDialed(), "b");
  Say(codec::Connack{});
  Publish(1);
  scheduler_.Advance(seconds(100));
  uplink_->Disconnect();  // whoever shares it has waited long enough
  scheduler_.RunReady();
  EXPECT_EQ(FirstDialed(), "c");
  Say(codec::Connack{});
  LoseConnection();  // at once
  EXPECT_EQ(FirstDialed(), "a");
}

TEST_F(ServersTest, OneThatHadNothingToAcknowledgeIsGoodIfItLasted) {
  options_.session.keep_alive_seconds = 0;
  Connect();
  scheduler_.Advance(ServerRound::kGoodAfter);
  LoseConnection();
  EXPECT_EQ(FirstDialed(), "a");
}

TEST_F(ServersTest, TurnedAwayIsWhoAllTurnAway) {
  const auto attempt = [this](ReasonCode b) {
    Begin();
    Refuse(ReasonCode::kBanned);
    Dialed();
    Refuse(b);
    Dialed();
    Refuse(ReasonCode::kNotAuthorized);
    return end_.turned_away;
  };
  EXPECT_TRUE(attempt(ReasonCode::kBanned));
  EXPECT_FALSE(attempt(ReasonCode::kServerUnavailable));
}

TEST_F(ServersTest, DisconnectEndsTheAttempt) {
  Begin();
  uplink_->Disconnect();
  scheduler_.Advance(seconds(100));
  EXPECT_EQ(dialer_->dialed, 1);
  EXPECT_EQ(ends_, 0);
}

TEST_F(MqttUplinkTest, OneServerIsNotNamed) {
  Connect();
  EXPECT_EQ(limits_.server, "");
}

}  // namespace
}  // namespace sluice::uplink_mqtt
