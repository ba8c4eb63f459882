// What one message costs the session, without sockets, broker or journal: bytes in, actions and
// bytes out. To count instructions, which do not depend on what else the machine does, run it under
// valgrind --tool=callgrind --toggle-collect='*Qos*(benchmark::State&)' with a filter for one case:
// what callgrind says it collected, divided by the iterations, is one message's.

#include <benchmark/benchmark.h>

#include <cstdlib>

#include "codec/ack.h"
#include "codec/connect.h"
#include "codec/publish.h"
#include "session/session.h"

namespace sluice::session {
namespace {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;
using codec::Version;

// A client that is connected, with its owner.
class Client {
 public:
  explicit Client(const benchmark::State& state)
      : version_(state.range(0) == 5 ? Version::kV5 : Version::kV311) {
    codec::Connect connect;
    connect.version = version_;
    connect.client_id = "c";
    session.Start(&out);
    Receive(Bytes(connect));
    session.AcceptConnect(MonotonicTime{}, {}, &session_state, &out);
    if (!session.connected()) std::abort();
    out.Clear();
  }
  template <typename Packet>
  ByteBuffer Bytes(const Packet& packet) const {
    ByteBuffer bytes;
    Encode(packet, version_, &bytes);
    return bytes;
  }
  ByteBuffer Ack(PacketType type) const { return Bytes(codec::Ack{type, 1, {}, {}}); }
  void Receive(const ByteBuffer& bytes) { session.Receive(MonotonicTime{}, bytes.view(), &out); }

  static codec::Publish Reading(Qos qos) {
    codec::Publish publish;
    publish.qos = qos;
    publish.packet_id = qos == Qos::kAtMostOnce ? 0 : 1;
    publish.topic = "devices/d1/state";
    publish.payload = AsBytes("{\"temperature\":21.5}");
    return publish;
  }

  Metrics metrics;
  Counters counters{metrics};
  Limits limits;
  Capabilities capabilities;
  SessionState session_state;
  Session session{limits, capabilities, counters};
  Output out;

 private:
  Version version_;
};

void InQos0(benchmark::State& state) {
  Client client(state);
  const ByteBuffer publish = client.Bytes(Client::Reading(Qos::kAtMostOnce));
  for ([[maybe_unused]] auto _ : state) {
    client.Receive(publish);
    client.out.Clear();
  }
}

void InQos1(benchmark::State& state) {
  Client client(state);
  const ByteBuffer publish = client.Bytes(Client::Reading(Qos::kAtLeastOnce));
  for ([[maybe_unused]] auto _ : state) {
    client.Receive(publish);
    client.session.Acknowledge(1, ReasonCode::kSuccess, &client.out);
    client.out.Clear();
  }
}

void InQos2(benchmark::State& state) {
  Client client(state);
  const ByteBuffer publish = client.Bytes(Client::Reading(Qos::kExactlyOnce));
  const ByteBuffer pubrel = client.Ack(PacketType::kPubrel);
  for ([[maybe_unused]] auto _ : state) {
    client.Receive(publish);
    client.session.Acknowledge(1, ReasonCode::kSuccess, &client.out);
    client.Receive(pubrel);
    client.out.Clear();
  }
}

void OutQos0(benchmark::State& state) {
  Client client(state);
  const codec::Publish message = Client::Reading(Qos::kAtMostOnce);
  for ([[maybe_unused]] auto _ : state) {
    client.session.Deliver(MonotonicTime{}, message, &client.out);
    client.out.Clear();
  }
}

void OutQos1(benchmark::State& state) {
  Client client(state);
  const codec::Publish message = Client::Reading(Qos::kAtLeastOnce);
  ByteBuffer puback = client.Ack(PacketType::kPuback);
  for ([[maybe_unused]] auto _ : state) {
    client.session.Deliver(MonotonicTime{}, message, &client.out);
    StoreBe16(puback.data() + 2, client.session_state.outbound.messages()[0].packet_id);
    client.Receive(puback);
    client.out.Clear();
  }
}

BENCHMARK(InQos0)->Arg(3)->Arg(5)->Iterations(100'000);
BENCHMARK(InQos1)->Arg(3)->Arg(5)->Iterations(100'000);
BENCHMARK(InQos2)->Arg(3)->Arg(5)->Iterations(100'000);
BENCHMARK(OutQos0)->Arg(3)->Arg(5)->Iterations(100'000);
BENCHMARK(OutQos1)->Arg(3)->Arg(5)->Iterations(100'000);

}  // namespace
}  // namespace sluice::session

BENCHMARK_MAIN();
