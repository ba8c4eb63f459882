// A program of its own, because it replaces operator new.

#include "support/allocations.h"

#include <gtest/gtest.h>

#include "codec/publish.h"
#include "session/session.h"
#include "support/simulated_clock.h"

namespace sluice::session {
namespace {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;
using codec::Version;

// A session that has seen its usual load once.
class AllocationTest : public testing::TestWithParam<Version> {
 protected:
  void SetUp() override {
    codec::Connect connect;
    connect.version = GetParam();
    connect.client_id = "c";
    ByteBuffer bytes;
    codec::Encode(connect, &bytes);
    session.Start(&out);
    Receive(bytes.view());
    session.AcceptConnect(clock.Now(), {}, &state, &out);
    out.Clear();
  }
  size_t Receive(ByteSpan bytes) { return session.Receive(clock.Now(), bytes, &out); }

  template <typename Packet>
  void Send(const Packet& packet) {
    input.Clear();
    Encode(packet, GetParam(), &input);
    Receive(input.view());
  }
  static codec::Publish Reading(Qos qos) {
    codec::Publish publish;
    publish.qos = qos;
    publish.topic = "devices/d1/state";
    publish.payload = AsBytes("{\"temperature\":21.5}");
    return publish;
  }
  // PUBLISH in, action, Acknowledge, PUBACK (or the whole of QoS 2) out; a window of them at a
  // time.
  void Inbound(Qos qos) {
    codec::Publish publish = Reading(qos);
    for (uint16_t id = 1; id <= 20; ++id) {
      publish.packet_id = id;
      Send(publish);
      received += std::holds_alternative<PublishReceived>(out.actions.back());
    }
    for (uint16_t id = 1; id <= 20; ++id) session.Acknowledge(id, ReasonCode::kSuccess, &out);
    if (qos == Qos::kExactlyOnce) {
      for (uint16_t id = 1; id <= 20; ++id) Send(codec::Ack{PacketType::kPubrel, id, {}, {}});
    }
    out.Clear();
  }
  void Outbound() {
    codec::Publish publish = Reading(Qos::kAtLeastOnce);
    for (int i = 0; i < 20; ++i) session.Deliver(clock.Now(), publish, &out);
    while (state.outbound.size() > 0) {
      Send(codec::Ack{PacketType::kPuback, state.outbound.messages()[0].packet_id, {}, {}});
    }
    out.Clear();
  }

  Metrics metrics;
  Counters counters{metrics};
  Limits limits;
  Capabilities capabilities;
  test::SimulatedClock clock;
  SessionState state;
  Session session{limits, capabilities, counters};
  Output out;
  ByteBuffer input;
  int received = 0;
};

INSTANTIATE_TEST_SUITE_P(, AllocationTest, testing::Values(Version::kV311, Version::kV5),
                         [](const auto& version) {
                           return version.param == Version::kV5 ? "V5" : "V311";
                         });

TEST_P(AllocationTest, CounterCounts) {
  const test::AllocationCounter allocations;
  int* volatile kept = new int(1);  // volatile: a pair that nobody sees may be left out
  delete kept;
  EXPECT_GT(allocations.count(), 0u);
}

TEST_P(AllocationTest, InboundQos1AllocatesNothing) {
  Inbound(Qos::kAtLeastOnce);
  const test::AllocationCounter allocations;
  for (int i = 0; i < 100; ++i) Inbound(Qos::kAtLeastOnce);
  EXPECT_EQ(allocations.count(), 0u);
  EXPECT_EQ(received, 2020);
}

TEST_P(AllocationTest, InboundQos2AllocatesNothing) {
  Inbound(Qos::kExactlyOnce);
  const test::AllocationCounter allocations;
  for (int i = 0; i < 100; ++i) Inbound(Qos::kExactlyOnce);
  EXPECT_EQ(allocations.count(), 0u);
  EXPECT_EQ(received, 2020);
}

TEST_P(AllocationTest, OutboundQos1AllocatesNothing) {
  Outbound();
  const test::AllocationCounter allocations;
  for (int i = 0; i < 100; ++i) Outbound();
  EXPECT_EQ(allocations.count(), 0u);
}

}  // namespace
}  // namespace sluice::session
