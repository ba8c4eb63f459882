// Bridges of Mosquitto, in 3.1.1 with its private bit.

#include "broker/bridge_notice.h"

#include "broker_fixture.h"

namespace sluice::broker {
namespace {

constexpr std::string_view kState = "$SYS/broker/connection/host.bridge/state";

TEST(BridgeNoticeTest, IsTheStateUnderTheClientsOwnId) {
  EXPECT_TRUE(IsBridgeNotice(kState, "host.bridge"));
  EXPECT_TRUE(IsBridgeNotice("$SYS/broker/connection/a/b/state", "a/b"));
  EXPECT_FALSE(IsBridgeNotice(kState, "other"));
  EXPECT_FALSE(IsBridgeNotice("$SYS/broker/connection/host.bridge/stat", "host.bridge"));
  EXPECT_FALSE(IsBridgeNotice("$SYS/broker/connection/state", ""));
  EXPECT_FALSE(IsBridgeNotice("$SYS/broker/connection//state", "x"));
  EXPECT_FALSE(IsBridgeNotice("$SYS/broker/uptime", "uptime"));
}

class BridgeTest : public BrokerTest {
 protected:
  // A broker whose rules say nothing about `$SYS`, but what `more` does.
  void RestartWith(std::vector<AccessRule> more = {}) {
    AccessRule plain;
    plain.publish = plain.subscribe = true;
    plain.topics = test::Topics({"#"});
    more.push_back(plain);
    Restart({}, more);
  }
  static ConnectOptions Bridge() { return {.version = codec::Version::kV311, .is_bridge = true}; }
  static ConnectOptions WithWill(std::string_view topic) {
    ConnectOptions options = Bridge();
    options.will.emplace();
    options.will->topic = topic;
    options.will->payload = AsBytes("0");
    options.will->retain = true;
    return options;
  }
};

TEST_F(BridgeTest, NoticeNeedsNoRule) {
  RestartWith();
  FakeClient& bridge = Connect("host.bridge", WithWill(kState));
  EXPECT_EQ(Publish(bridge, kState, "1", Qos::kAtLeastOnce).reason,
            ReasonCode::kNoMatchingSubscribers);
  bridge.Close(session::WillFate::kDue);
  EXPECT_EQ(counters_.wills_published.value(), 1U);
}

TEST_F(BridgeTest, NoticeOfAnotherIdIsDenied) {
  RestartWith();
  EXPECT_EQ(RefusalOf("a", WithWill(kState)), ReasonCode::kNotAuthorized);
  FakeClient& a = Connect("a", {.version = codec::Version::kV5});
  EXPECT_EQ(Publish(a, kState, "1", Qos::kAtLeastOnce).reason, ReasonCode::kNotAuthorized);
}

TEST_F(BridgeTest, NoticeCanBeForbiddenByARule) {
  AccessRule denied;
  denied.effect = AccessRule::Effect::kDeny;
  denied.publish = true;
  denied.topics = test::Topics({"$SYS/#"});
  RestartWith({denied});
  EXPECT_EQ(RefusalOf("host.bridge", WithWill(kState)), ReasonCode::kNotAuthorized);
}

TEST_F(BridgeTest, WhatItBringsDoesNotGoBack) {
  FakeClient& bridge = Connect("b", Bridge());
  FakeClient& other = Connect("o");
  Subscribe(bridge, "t");
  Publish(bridge, "t", "own");
  Publish(other, "t", "other");
  EXPECT_EQ(bridge.Take(), (Lines{"t=other q0"}));
}

TEST_F(BridgeTest, RetainedMessagesReachItAsSuch) {
  FakeClient& bridge = Connect("b", Bridge());
  FakeClient& plain = Connect("p", {.version = codec::Version::kV311});
  FakeClient& other = Connect("o");
  Subscribe(bridge, "t");
  Subscribe(plain, "t");
  Retain(other, "t", "x");
  EXPECT_EQ(bridge.Take(), (Lines{"t=x q0 r"}));
  EXPECT_EQ(plain.Take(), (Lines{"t=x q0"}));
}

TEST_F(BridgeTest, SessionThatComesBackWithoutTheBitIsAClient) {
  ConnectOptions options = Bridge();
  options.clean_start = false;
  options.expiry_seconds = 60;
  Connect("b", options).Close(session::WillFate::kNone);
  options.is_bridge = false;
  FakeClient& client = Connect("b", options);
  Subscribe(client, "t");
  Publish(client, "t", "own");
  EXPECT_EQ(client.Take(), (Lines{"t=own q0"}));
}

}  // namespace
}  // namespace sluice::broker
