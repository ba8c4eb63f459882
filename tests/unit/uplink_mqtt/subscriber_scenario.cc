// The blocking subscriber of the tools against a real Mosquitto.

#include "uplink_mqtt/subscriber.h"

#include <gmock/gmock.h>

#include "loop_rig.h"
#include "support/mosquitto_broker.h"

namespace sluice::uplink_mqtt {
namespace {

using Outcome = MqttSubscriber::Outcome;
using std::chrono::seconds;

class MqttSubscriberTest : public testing::Test, private forward::UplinkListener {
 protected:
  void SetUp() override {
    if (!test::MosquittoBroker::Available()) GTEST_SKIP() << "mosquitto is not installed";
    Start({});
  }
  void Start(const test::UplinkRig::Terms& terms) {
    broker_.emplace(test::MosquittoConfigOf(terms, directory_));
    options_.url = *forward::ParseUplinkUrl(broker_->url(), kSchemes);
    options_.session.client_id = "reader";
    options_.session.max_packet_bytes = 4 << 20;
  }
  void KeepSession() {
    options_.session.clean_start = false;
    options_.session.session_expiry_seconds = 3600;
  }
  // Until the broker has them.
  void Publish(const std::vector<std::string>& payloads) {
    transport::Loop loop;
    const auto uplink = test::MakeOwn(loop, broker_->url(), "somebody", codec::Version::kV5);
    uplink->SetListener(this);
    connected_ = false;
    acknowledged_ = 0;
    uplink->Connect();
    while (!connected_) loop.RunOnce();
    for (const std::string& payload : payloads) {
      uplink->Publish(0, {.topic = "t",
                          .key = {},
                          .payload = AsBytes(payload),
                          .content_type = "",
                          .properties = {}});
    }
    while (acknowledged_ < payloads.size()) loop.RunOnce();
  }
  static std::string Next(MqttSubscriber* subscriber) {
    std::string payload;
    if (subscriber->Next(seconds(15), &payload) != Outcome::kMessage) return "nothing";
    return payload;
  }

  void OnConnected(const forward::UplinkLimits&) override { connected_ = true; }
  void OnDisconnected(const forward::UplinkEnd& end) override { FAIL() << end.why; }
  void OnAcknowledged(uint32_t) override { ++acknowledged_; }
  void OnRefused(uint32_t, const forward::Refusal& refusal) override { FAIL() << refusal.text; }

  test::TemporaryDirectory directory_;
  std::optional<test::MosquittoBroker> broker_;
  MqttOptions options_;
  bool connected_ = false;
  size_t acknowledged_ = 0;
};

TEST_F(MqttSubscriberTest, MessagesAreHandedOutInOrder) {
  for (const auto version : {codec::Version::kV311, codec::Version::kV5}) {
    options_.session.version = version;
    MqttSubscriber subscriber(options_, "#");
    ASSERT_TRUE(subscriber.Connect().ok());
    Publish({"a", "b", "c"});
    EXPECT_EQ(Next(&subscriber), "a");
    EXPECT_EQ(Next(&subscriber), "b");
    EXPECT_EQ(Next(&subscriber), "c");
    std::string none;
    EXPECT_EQ(subscriber.Next(std::chrono::milliseconds(1), &none), Outcome::kNothing);
  }
}

TEST_F(MqttSubscriberTest, WhatWasNotDoneWithComesAgain) {
  KeepSession();
  {
    MqttSubscriber subscriber(options_, "#");
    ASSERT_TRUE(subscriber.Connect().ok());
    Publish({"a", "b", "c"});
    EXPECT_EQ(Next(&subscriber), "a");
    EXPECT_EQ(Next(&subscriber), "b");
    subscriber.Disconnect();
  }
  MqttSubscriber subscriber(options_, "#");
  ASSERT_TRUE(subscriber.Connect().ok());
  EXPECT_EQ(Next(&subscriber), "c");
}

// More than the queue holds: reading stops, and goes on when there is room.
TEST_F(MqttSubscriberTest, BrokerThatIsFasterThanWeAreWaits) {
  KeepSession();
  MqttSubscriber subscriber(options_, "#");
  ASSERT_TRUE(subscriber.Connect().ok());
  subscriber.Disconnect();
  std::vector<std::string> payloads;
  for (char c = 'a'; c < 'm'; ++c) payloads.emplace_back(1 << 20, c);
  Publish(payloads);
  ASSERT_TRUE(subscriber.Connect().ok());
  for (const std::string& payload : payloads) ASSERT_TRUE(Next(&subscriber) == payload);
}

TEST_F(MqttSubscriberTest, BrokerThatRefusesUsIsToldFromOneThatIsNotThere) {
  Start({.knows_us = false});
  MqttSubscriber subscriber(options_, "#");
  EXPECT_EQ(subscriber.Connect().code(), StatusCode::kPermissionDenied);
  broker_->Kill();
  EXPECT_EQ(subscriber.Connect().code(), StatusCode::kUnavailable);
}

TEST_F(MqttSubscriberTest, LostConnectionIsSaidAndMadeAgain) {
  MqttSubscriber subscriber(options_, "#");
  ASSERT_TRUE(subscriber.Connect().ok());
  broker_->Kill();
  std::string payload;
  EXPECT_EQ(subscriber.Next(seconds(15), &payload), Outcome::kDisconnected);
  broker_->Start();
  ASSERT_TRUE(subscriber.Connect().ok());
  Publish({"a"});
  EXPECT_EQ(Next(&subscriber), "a");
}

}  // namespace
}  // namespace sluice::uplink_mqtt
