// bench-sink: the cheapest upstream there can be. Accepts any client and acknowledges every
// publish; prints the port it got, and when told to stop (SIGTERM) what it received, as a JSON
// line.

#include <fmt/format.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <unordered_map>

#include "base/byte_buffer.h"
#include "base/metrics.h"
#include "codec/ack.h"
#include "codec/connack.h"
#include "codec/connect.h"
#include "codec/publish.h"
#include "codec/suback.h"
#include "codec/subscribe.h"
#include "transport/listener.h"
#include "transport/loop.h"

namespace {

using namespace sluice;  // NOLINT(google-build-using-namespace)

struct Totals {
  uint64_t publishes = 0, bytes = 0;
};

class SinkClient final : public transport::StreamHandler {
 public:
  SinkClient(std::unique_ptr<transport::ByteStream> stream, Totals* totals,
             std::function<void()> gone)
      : stream_(std::move(stream)), totals_(*totals), gone_(std::move(gone)) {}
  void Start() { stream_->Start(this); }

 private:
  size_t OnBytes(ByteSpan bytes) override {
    size_t consumed = 0;
    codec::Frame frame;
    while (codec::PeekFrame(bytes.subspan(consumed), codec::kMaxPacketBytes, &frame).state ==
           codec::FrameState::kOk) {
      OnPacket(frame);
      consumed += frame.size;
    }
    if (!out_.empty()) stream_->Write(out_.view());
    out_.Clear();
    return consumed;
  }

  void OnPacket(const codec::Frame& frame) {
    switch (frame.type) {
      case codec::PacketType::kConnect: {
        codec::Connect connect;
        if (!codec::Decode(frame, &connect).ok()) return;
        version_ = connect.version;
        return codec::Encode(codec::Connack{}, version_, &out_);
      }
      case codec::PacketType::kPublish: {
        codec::Publish publish;
        if (!codec::Decode(frame, version_, &publish).ok()) return;
        ++totals_.publishes;
        totals_.bytes += publish.payload.size();
        if (publish.qos == codec::Qos::kAtMostOnce) return;
        return codec::EncodeAck(codec::PacketType::kPuback, publish.packet_id,
                                codec::ReasonCode::kSuccess, version_, &out_);
      }
      case codec::PacketType::kPingreq:
        out_.AppendU8(0xd0);
        return out_.AppendU8(0);
      default:
        return;
    }
  }

  void OnClosed(const Status&) override { gone_(); }

  std::unique_ptr<transport::ByteStream> stream_;
  Totals& totals_;
  std::function<void()> gone_;
  codec::Version version_ = codec::Version::kV5;
  ByteBuffer out_;
};

}  // namespace

int main(int argc, char** argv) {
  std::string bind = "127.0.0.1:0";
  CLI::App app("Acknowledges everything");
  app.add_option("--bind", bind);
  CLI11_PARSE(app, argc, argv);

  transport::Loop loop;
  Metrics metrics;
  Totals totals;
  std::unordered_map<SinkClient*, std::unique_ptr<SinkClient>> clients;
  auto listener = transport::Listener::Open(
      loop, {.bind = bind, .tls = nullptr, .limits = {}, .metric_label = {}}, metrics,
      [&](std::unique_ptr<transport::ByteStream> stream) {
        auto slot = std::make_shared<SinkClient*>(nullptr);
        auto client = std::make_unique<SinkClient>(std::move(stream), &totals,
                                                   [&clients, slot] { clients.erase(*slot); });
        *slot = client.get();
        SinkClient* const raw = client.get();
        clients.emplace(raw, std::move(client));
        raw->Start();
      });
  if (!listener.ok()) {
    fmt::print(stderr, "bench-sink: {}\n", listener.status().ToString());
    return 1;
  }
  loop.OnSignal(SIGTERM, [&] { loop.Stop(); });
  fmt::print("{}\n", (*listener)->port());
  std::fflush(stdout);
  loop.Run();
  fmt::print("{{\"publishes\":{},\"bytes\":{}}}\n", totals.publishes, totals.bytes);
  clients.clear();
  listener->reset();
  return 0;
}
