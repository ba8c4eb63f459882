#include "broker_fixture.h"

namespace sluice::broker {
namespace {

using namespace std::chrono_literals;
using SubscribeTest = BrokerTest;

TEST_F(SubscribeTest, GrantsWhatWasAsked) {
  FakeClient& a = Connect("a");
  EXPECT_EQ(Subscribe(a, "t0", Qos::kAtMostOnce), ReasonCode::kGrantedQos0);
  EXPECT_EQ(Subscribe(a, "t1", Qos::kAtLeastOnce), ReasonCode::kGrantedQos1);
  EXPECT_EQ(Subscribe(a, "t2", Qos::kExactlyOnce), ReasonCode::kGrantedQos2);
}

TEST_F(SubscribeTest, TooDeepFilterIsRefused) {
  const std::string deep(1000, '/');
  EXPECT_EQ(Subscribe(Connect("a"), deep.c_str()), ReasonCode::kTopicFilterInvalid);
}

TEST_F(SubscribeTest, AccessControlIsAsked) {
  Restart({}, AccessControl::DefaultRules());
  FakeClient& a = Connect("a", {.identity = "d1"});
  EXPECT_EQ(Subscribe(a, "#"), ReasonCode::kNotAuthorized);
  EXPECT_EQ(Subscribe(a, "devices/d1/#"), ReasonCode::kGrantedQos2);
  EXPECT_EQ(counters_.subscribe_denied.value(), 1U);
}

TEST_F(SubscribeTest, SubscriptionsOfAClientAreBounded) {
  Restart({.max_subscriptions_per_client = 2});
  FakeClient& a = Connect("a");
  Subscribe(a, "1");
  Subscribe(a, "2");
  EXPECT_EQ(Subscribe(a, "3"), ReasonCode::kQuotaExceeded);
  EXPECT_EQ(counters_.subscriptions_over_count.value(), 1U);
  EXPECT_EQ(Subscribe(a, "2", Qos::kAtMostOnce), ReasonCode::kGrantedQos0);
  Unsubscribe(a, "1");
  EXPECT_EQ(Subscribe(a, "3"), ReasonCode::kGrantedQos2);
}

TEST_F(SubscribeTest, NoMoreThanTheMaximumQosIsGranted) {
  Restart({.maximum_qos = Qos::kAtLeastOnce});
  FakeClient& a = Connect("a");
  EXPECT_EQ(Subscribe(a, "t"), ReasonCode::kGrantedQos1);
  Publish(Connect("b"), "t", "x", Qos::kExactlyOnce);
  EXPECT_EQ(a.Take(), (Lines{"t=x q1"}));
}

TEST_F(SubscribeTest, FiltersOfAPacketAreBounded) {
  Restart({.max_filters_per_packet = 2});
  FakeClient& a = Connect("a");
  EXPECT_EQ(SubscribeAll(a, {"1", "2", "3"}),
            (std::vector{ReasonCode::kGrantedQos0, ReasonCode::kGrantedQos0,
                         ReasonCode::kQuotaExceeded}));
  EXPECT_EQ(UnsubscribeAll(a, {"1", "2", "3"}),
            (std::vector{ReasonCode::kSuccess, ReasonCode::kSuccess,
                         ReasonCode::kImplementationSpecificError}));
  EXPECT_EQ(counters_.filters_over_packet.value(), 2U);
}

TEST_F(SubscribeTest, FiltersAreBoundedInLengthDepthAndCharacters) {
  Restart({.max_filter_bytes = 5, .max_filter_levels = 2});
  FakeClient& a = Connect("a");
  EXPECT_EQ(Subscribe(a, "abc/d"), ReasonCode::kGrantedQos2);
  EXPECT_EQ(Subscribe(a, "abcd/e"), ReasonCode::kTopicFilterInvalid);
  EXPECT_EQ(Subscribe(a, "a/b/c"), ReasonCode::kTopicFilterInvalid);
  EXPECT_EQ(Subscribe(a, "a\n"), ReasonCode::kTopicFilterInvalid);
  EXPECT_EQ(counters_.filters_not_taken.value(), 3U);
  Restart({.control_characters = true});
  EXPECT_EQ(Subscribe(Connect("b"), "a\n"), ReasonCode::kGrantedQos2);
}

// A hub that subscribes to each of its devices, 500 filters a packet.
TEST_F(SubscribeTest, HubWithFiveThousandFiltersGetsThem) {
  FakeClient& hub = Connect("hub");
  for (int packet = 0; packet < 10; ++packet) {
    std::vector<std::string> filters;
    for (int i = 0; i < 500; ++i) {
      filters.push_back("zigbee2mqtt/0x00158d00" + std::to_string(1000 * packet + i) + "/state");
    }
    for (const ReasonCode code : SubscribeAll(hub, filters)) {
      ASSERT_EQ(code, ReasonCode::kGrantedQos0);
    }
  }
  EXPECT_EQ(broker_->subscriptions(), 5000U);
  Publish(hub, "zigbee2mqtt/0x00158d009499/state", "on");
  EXPECT_EQ(hub.Take().size(), 1U);
}

TEST_F(SubscribeTest, SubscriptionsOfAllAreBoundedInBytes) {
  Restart({.max_subscription_bytes = 10});
  EXPECT_EQ(Subscribe(Connect("a"), "t"), ReasonCode::kQuotaExceeded);
  EXPECT_EQ(counters_.subscriptions_over_memory.value(), 1U);
}

TEST_F(SubscribeTest, RetainedMessagesComeWithTheFlag) {  // 3.1.1 [MQTT-3.3.1-8]
  FakeClient& a = Connect("a");
  Retain(a, "t/1", "one", Qos::kAtLeastOnce);
  Retain(a, "t/2", "two");
  Retain(a, "u", "no");
  Subscribe(a, {.filter = "t/+", .maximum_qos = Qos::kExactlyOnce}, 4);
  EXPECT_EQ(a.Take(), (Lines{"t/1=one q1 r #4", "t/2=two q0 r #4"}));
}

TEST_F(SubscribeTest, LastRetainedMessageCounts) {  // [MQTT-3.3.1-5]
  FakeClient& a = Connect("a");
  Retain(a, "t", "old");
  Retain(a, "t", "new");
  Subscribe(a, "t");
  EXPECT_EQ(a.Take(), (Lines{"t=new q0 r"}));
}

TEST_F(SubscribeTest, MessageWithoutTheFlagLeavesTheRetainedOne) {  // [MQTT-3.3.1-8]
  FakeClient& a = Connect("a");
  Retain(a, "t", "kept");
  Publish(a, "t", "passing");
  Publish(a, "t", "");
  Subscribe(a, "t");
  EXPECT_EQ(a.Take(), (Lines{"t=kept q0 r"}));
}

TEST_F(SubscribeTest, EmptyPayloadRemovesTheRetainedMessage) {  // [MQTT-3.3.1-6] [MQTT-3.3.1-7]
  FakeClient& a = Connect("a");
  Retain(a, "t", "old");
  Retain(a, "t", "");
  Subscribe(a, "t");
  EXPECT_TRUE(a.Take().empty());
  EXPECT_EQ(broker_->retained_bytes(), 0U);
}

TEST_F(SubscribeTest, RetainHandlingDecides) {  // [MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11]
  using codec::RetainHandling;
  FakeClient& a = Connect("a");
  Retain(a, "t", "x");
  Subscribe(a, {.filter = "t", .retain_handling = RetainHandling::kDoNotSend});
  Subscribe(a, {.filter = "t", .retain_handling = RetainHandling::kSendIfNew});
  EXPECT_TRUE(a.Take().empty());
  Subscribe(a, {.filter = "t", .retain_handling = RetainHandling::kSend});
  EXPECT_EQ(a.Take().size(), 1U);
  Subscribe(a, {.filter = "+", .retain_handling = RetainHandling::kSendIfNew});
  EXPECT_EQ(a.Take().size(), 1U);
}

TEST_F(SubscribeTest, RetainedMessagesFlowAsTheClientTakesThem) {
  FakeClient& a = Connect("a");
  for (const char* topic : {"t/1", "t/2", "t/3", "t/4"}) Retain(a, topic, "x");
  a.room = 1;
  Subscribe(a, "t/#");
  EXPECT_EQ(a.Take(), (Lines{"t/1=x q0 r"}));
  Retain(a, "t/2", "newer");
  EXPECT_TRUE(a.Take().empty());
  MakeRoom(a);
  const Lines rest = a.Take();
  EXPECT_EQ(rest, (Lines{"t/2=newer q0", "t/2=newer q0 r", "t/3=x q0 r", "t/4=x q0 r"}));
}

TEST_F(SubscribeTest, UnsubscribeStopsTheRetainedMessages) {
  FakeClient& a = Connect("a");
  Retain(a, "t", "x");
  a.room = 0;
  Subscribe(a, "t");
  Unsubscribe(a, "t");
  MakeRoom(a);
  EXPECT_TRUE(a.Take().empty());
}

TEST_F(SubscribeTest, OwnRetainedMessagesStayAwayWithNoLocal) {  // [MQTT-3.8.3-3]
  FakeClient& a = Connect("a");
  Retain(a, "t", "x");
  Subscribe(a, {.filter = "t", .no_local = true});
  EXPECT_TRUE(a.Take().empty());
}

TEST_F(SubscribeTest, RetainedMessageExpires) {  // [MQTT-3.3.2-5] [MQTT-3.3.2-6]
  FakeClient& a = Connect("a");
  codec::Publish publish = Message("t", "x");
  publish.retain = true;
  publish.properties.message_expiry_interval = 10;
  Publish(a, publish);
  Advance(4s);
  Subscribe(a, "t");
  EXPECT_EQ(a.Take(), (Lines{"t=x q0 r e6"}));
  Advance(6s);
  Subscribe(a, "t");
  EXPECT_TRUE(a.Take().empty());
  EXPECT_EQ(broker_->retained_messages(), 0U);
}

}  // namespace
}  // namespace sluice::broker
