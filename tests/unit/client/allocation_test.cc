// A program of its own, because it replaces operator new.

#include "support/allocations.h"

#include <gtest/gtest.h>

#include "client/client.h"
#include "codec/connack.h"
#include "codec/suback.h"
#include "codec/subscribe.h"
#include "support/simulated_clock.h"

namespace sluice::client {
namespace {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;
using codec::Version;

// A client that has seen its usual load once.
class ClientAllocationTest : public testing::TestWithParam<Version> {
 protected:
  void SetUp() override {
    options.version = GetParam();
    options.client_id = "c";
    codec::Connack connack;
    connack.properties.topic_alias_maximum = 10;
    client.Start(clock.Now(), &out);
    Send(connack);
    ASSERT_TRUE(client.connected());
    codec::SubscriptionListBuilder list;
    list.Add({.filter = "#"});
    client.Subscribe(clock.Now(), 1, list.list(), 0, &out);
    static constexpr uint8_t kGranted[] = {0};
    Send(codec::Suback{1, kGranted, {}});
    out.Clear();
  }
  template <typename Packet>
  void Send(const Packet& packet) {
    input.Clear();
    Encode(packet, GetParam(), &input);
    client.Receive(clock.Now(), input.view(), &out);
  }
  // A window of publishes, in one buffer, and their answers.
  void Outbound(Qos qos) {
    const codec::UserProperty user[] = {{"id", "gw/telemetry/1"}, {"type", "climate.reading.v1"}};
    codec::OutgoingPublish message;
    message.qos = qos;
    message.topic = "sites/greenhouse/7";
    message.payload = AsBytes("{\"temperature\":21.5}");
    message.user_properties = user;
    for (uint32_t i = 0; i < 20; ++i) {
      sent += client.Publish(clock.Now(), i, message, &out) == PublishResult::kSent;
      ids[i] = ++last_id;
    }
    for (const uint16_t id : ids) {
      if (qos == Qos::kAtLeastOnce) Send(codec::Ack{PacketType::kPuback, id, {}, {}});
      if (qos == Qos::kExactlyOnce) Send(codec::Ack{PacketType::kPubrec, id, {}, {}});
    }
    for (const uint16_t id : ids) {
      if (qos == Qos::kExactlyOnce) Send(codec::Ack{PacketType::kPubcomp, id, {}, {}});
    }
    out.Clear();
  }
  void Inbound(Qos qos) {
    codec::Publish publish;
    publish.qos = qos;
    publish.topic = "t";
    for (uint16_t id = 1; id <= 20; ++id) {
      publish.packet_id = id;
      Send(publish);
    }
    for (uint16_t id = 1; id <= 20; ++id) {
      client.Acknowledge(clock.Now(), id, ReasonCode::kSuccess, &out);
      if (qos == Qos::kExactlyOnce) Send(codec::Ack{PacketType::kPubrel, id, {}, {}});
    }
    out.Clear();
  }

  Options options;
  SessionState state;
  test::SimulatedClock clock;
  Client client{options, state};
  Output out;
  ByteBuffer input;
  uint16_t ids[20] = {};
  uint16_t last_id = 1;  // SUBSCRIBE had the first
  int sent = 0;
};

INSTANTIATE_TEST_SUITE_P(, ClientAllocationTest, testing::Values(Version::kV311, Version::kV5),
                         [](const auto& version) {
                           return version.param == Version::kV5 ? "V5" : "V311";
                         });

TEST_P(ClientAllocationTest, PublishesAllocateNothing) {
  for (const Qos qos : {Qos::kAtLeastOnce, Qos::kExactlyOnce}) {
    Outbound(qos);
    const test::AllocationCounter allocations;
    for (int i = 0; i < 100; ++i) Outbound(qos);
    EXPECT_EQ(allocations.count(), 0u);
    ASSERT_TRUE(client.connected()) << Describe(client.end());
  }
  EXPECT_EQ(sent, 4040);
}

TEST_P(ClientAllocationTest, MessagesAllocateNothing) {
  for (const Qos qos : {Qos::kAtLeastOnce, Qos::kExactlyOnce}) {
    Inbound(qos);
    const test::AllocationCounter allocations;
    for (int i = 0; i < 100; ++i) Inbound(qos);
    EXPECT_EQ(allocations.count(), 0u);
    ASSERT_TRUE(client.connected()) << Describe(client.end());
  }
}

}  // namespace
}  // namespace sluice::client
