// bench-load: many devices that publish at QoS 1 to a gateway or broker; prints one JSON line.
//
// With --rate the messages are spread over the devices at that pace, whatever the acknowledgements
// do (up to the window); without it every device keeps its window full.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "load_client.h"
#include "tls/context.h"

namespace {

using sluice::Duration;
using sluice::MonotonicTime;
using sluice::SystemClock;
using sluice::bench::LatencyRecorder;
using sluice::bench::LoadClient;

struct Options {
  std::string address = "127.0.0.1:1883";
  std::string topic = "devices/bench-{}/zigbee2mqtt/climate";
  std::string pki, prefix = "bench";
  size_t clients = 50, payload = 128;
  uint16_t window = 20;
  uint64_t messages = 200'000, rate = 0;
  double seconds_at_most = 120;
  int version = 311;
  uint16_t max_fragment = 0;
  bool hold = false;
};

std::shared_ptr<sluice::tls::Context> TlsContext(const Options& options, size_t client) {
  if (options.pki.empty()) return nullptr;
  sluice::tls::ClientConfig config;
  const std::string name = fmt::format("{}-{:04d}", options.prefix, client + 1);
  config.server_ca_file = options.pki + "/server-ca.crt";
  config.server_name = "localhost";
  config.certificate_file = fmt::format("{}/devices/{}.crt", options.pki, name);
  config.key_file = fmt::format("{}/devices/{}.key", options.pki, name);
  config.max_fragment_bytes = options.max_fragment;
  auto context = sluice::tls::Context::NewClient(config);
  if (!context.ok()) {
    fmt::print(stderr, "bench-load: {}\n", context.status().message());
    std::exit(2);
  }
  return std::move(*context);
}

class Run {
  // A thousand handshakes begun at once would all wait longer than a handshake may take.
  static constexpr size_t kConnectingAtOnce = 32;

 public:
  explicit Run(const Options& options) : options_(options) {
    for (size_t i = 0; i < options_.clients; ++i) {
      LoadClient::Options client;
      client.address = options_.address;
      client.tls = TlsContext(options_, i);
      client.client_id = fmt::format("{}-{:04d}", options_.prefix, i + 1);
      client.topic = fmt::format(fmt::runtime(options_.topic), fmt::format("{:04d}", i + 1));
      client.window = options_.window;
      client.payload_bytes = options_.payload;
      client.version =
          options_.version == 5 ? sluice::codec::Version::kV5 : sluice::codec::Version::kV311;
      clients_.push_back(std::make_unique<LoadClient>(loop_, client, &latencies_));
    }
  }

  int Go() {
    pacer_ = loop_.NewTimer([this] { Tick(); });
    for (size_t i = 0; i < kConnectingAtOnce; ++i) ConnectNext();
    deadline_ = SystemClock().Now() + std::chrono::duration_cast<Duration>(
                                          std::chrono::duration<double>(options_.seconds_at_most));
    pacer_.Start(std::chrono::milliseconds(1));
    loop_.Run();
    Report();
    std::fflush(stdout);
    // The connections stay, silent, until whoever measures them closes our input.
    if (options_.hold) std::getchar();
    return complete_ ? 0 : 1;
  }

 private:
  void ConnectNext() {
    if (connecting_ == clients_.size()) return;
    clients_[connecting_++]->Connect([this] {
      if (++ready_ == clients_.size()) return Begin();
      ConnectNext();
    });
  }

  void Begin() {
    started_ = SystemClock().Now();
    if (options_.rate != 0) return;
    for (const auto& client : clients_) {
      client->PublishWithoutPause(true);
      while (client->Publish()) {
      }
    }
  }

  uint64_t Sum(uint64_t (LoadClient::*count)() const) const {
    uint64_t sum = 0;
    for (const auto& client : clients_) sum += ((*client).*count)();
    return sum;
  }

  void Tick() {
    const MonotonicTime now = SystemClock().Now();
    const uint64_t answered = Sum(&LoadClient::acknowledged) + Sum(&LoadClient::refused);
    const bool failed =
        std::any_of(clients_.begin(), clients_.end(), [](const auto& c) { return c->failed(); });
    complete_ = answered >= options_.messages;
    if (complete_ || failed || now > deadline_) return loop_.Stop();
    if (options_.rate != 0 && ready_ == clients_.size()) PublishDue(now);
    if (options_.rate == 0 && Sum(&LoadClient::published) >= options_.messages) {
      for (const auto& client : clients_) client->PublishWithoutPause(false);
    }
    pacer_.Start(std::chrono::milliseconds(1));
  }

  void PublishDue(MonotonicTime now) {
    const double elapsed = std::chrono::duration<double>(now - started_).count();
    const auto due = std::min(options_.messages,
                              static_cast<uint64_t>(elapsed * static_cast<double>(options_.rate)));
    size_t without_room = 0;
    while (paced_ < due && without_room < clients_.size()) {
      if (clients_[next_]->Publish()) {
        ++paced_;
        without_room = 0;
      } else {
        ++without_room;
      }
      next_ = (next_ + 1) % clients_.size();
    }
  }

  void Report() const {
    const double seconds = std::chrono::duration<double>(SystemClock().Now() - started_).count();
    const uint64_t acknowledged = Sum(&LoadClient::acknowledged);
    fmt::print(
        "{{\"acknowledged\":{},\"refused\":{},\"seconds\":{:.3f},\"per_second\":{:.0f},\"p50_ms\":{"
        ":.3f},"
        "\"p99_ms\":{:.3f},\"complete\":{}}}\n",
        acknowledged, Sum(&LoadClient::refused), seconds,
        static_cast<double>(acknowledged) / seconds, latencies_.QuantileMillis(0.5),
        latencies_.QuantileMillis(0.99), complete_);
  }

  const Options options_;
  sluice::transport::Loop loop_;
  LatencyRecorder latencies_;
  std::vector<std::unique_ptr<LoadClient>> clients_;
  sluice::Timer pacer_;
  MonotonicTime started_, deadline_;
  uint64_t paced_ = 0;
  size_t connecting_ = 0, ready_ = 0, next_ = 0;
  bool complete_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Publishes at QoS 1 and measures the acknowledgements");
  app.add_option("--address", options.address, "host:port");
  app.add_option("--topic", options.topic, "{} becomes the client's number");
  app.add_option("--pki", options.pki, "folder made by certs/make-pki.sh: use TLS");
  app.add_option("--max-fragment", options.max_fragment, "TLS maximum fragment length; 0: 16 KiB");
  app.add_option("--prefix", options.prefix, "of client ids and certificates");
  app.add_option("--clients", options.clients);
  app.add_option("--payload", options.payload, "bytes of JSON");
  app.add_option("--window", options.window, "unacknowledged messages of a client");
  app.add_option("--messages", options.messages, "in all");
  app.add_option("--rate", options.rate,
                 "messages a second in all; 0: as fast as acknowledgements come");
  app.add_option("--seconds-at-most", options.seconds_at_most);
  app.add_option("--mqtt-version", options.version, "311 or 5");
  app.add_flag("--hold", options.hold, "stay connected until standard input ends");
  CLI11_PARSE(app, argc, argv);
  return Run(options).Go();
}
