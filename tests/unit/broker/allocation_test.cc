// A program of its own, because it replaces operator new.

#include "support/allocations.h"

#include <gtest/gtest.h>

#include "broker/broker.h"
#include "codec/subscribe.h"

namespace sluice::broker {
namespace {

using codec::Qos;
using codec::ReasonCode;
using session::DeliverResult;

class QuietClient final : public ClientHandle {
 public:
  DeliverResult Deliver(const codec::Publish&) override {
    ++delivered;
    return DeliverResult::kSent;
  }
  void Acknowledge(uint16_t, ReasonCode) override {}
  void Disconnect(ReasonCode) override {}

  size_t delivered = 0;
};

class QuietSink final : public EventSink {
 public:
  void SetListener(Listener*) override {}
  bool idle() const override { return true; }
  Verdict Accept(const InboundPublish&, const AckHandle&) override { return Verdict::kAccepted; }
};

class AllocationTest : public testing::Test {
 protected:
  AllocationTest() {
    codec::Connect connect;
    connect.client_id = "device-1";
    connection_ = broker_.OnConnect(now_, connect, {.identity = "device-1"}, &client_).connection;
  }
  void Subscribe(std::string_view filter, uint32_t id) {
    codec::SubscriptionListBuilder list;
    list.Add({.filter = filter});
    codec::RepeatedPropertyBuilder ids;
    ids.AddSubscriptionId(id);
    codec::Subscribe subscribe;
    subscribe.subscriptions = list.list();
    subscribe.properties.subscription_ids = ids.subscription_ids();
    std::vector<ReasonCode> codes;
    broker_.OnSubscribe({}, connection_, subscribe, &codes);
    ASSERT_EQ(codes.at(0), ReasonCode::kSuccess);
  }
  // Allocations that so many publishes cost, after one that may grow the scratch.
  uint64_t CostOf(int publishes) {
    codec::Publish publish = BrokerMessage();
    broker_.OnPublish(now_, connection_, publish);
    const test::AllocationCounter counter;
    for (int i = 0; i < publishes; ++i) broker_.OnPublish(now_, connection_, publish);
    return counter.count();
  }
  static codec::Publish BrokerMessage() {
    codec::Publish publish;
    publish.qos = Qos::kAtLeastOnce;
    publish.packet_id = 1;
    publish.topic = "devices/device-1/greenhouse/north/temperature/of/the/second/bed";
    publish.payload = AsBytes("21.5");
    return publish;
  }

  const MonotonicTime now_{std::chrono::seconds(1)};
  AccessControl access_{AccessControl::DefaultRules()};
  Metrics metrics_;
  Counters counters_{metrics_};
  Random random_{1};
  QuietSink sink_;
  QuietClient client_;
  Broker broker_{{}, &access_, &sink_, &counters_, &random_};
  ConnectionId connection_;
};

TEST_F(AllocationTest, PublishWithoutSubscribersAllocatesNothing) { EXPECT_EQ(CostOf(100), 0U); }

TEST_F(AllocationTest, PublishToSubscribersWithRoomAllocatesNothing) {
  Subscribe("devices/device-1/#", 1);
  Subscribe("devices/device-1/greenhouse/+/temperature/#", 2);
  EXPECT_EQ(CostOf(100), 0U);
  EXPECT_EQ(client_.delivered, 101U);
}

}  // namespace
}  // namespace sluice::broker
