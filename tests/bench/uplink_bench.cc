// What a publish costs through each of the uplinks to an MQTT broker: CPU of this process, all
// threads, per acknowledged message, against the same Mosquitto in one run, by turns. Every message
// carries the CloudEvents attributes of an event, which are rendered for each.
//
//     bench-uplink [--messages N] [--passes N] [--url mqtt://127.0.0.1:PORT]
//
// Mosquitto answers each publish with a packet and a send of its own, so that most of what remains
// of our own client is reads. Another upstream is named by its URL: bench-sink answers each read.

#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "schema/cloudevents.h"
#include "support/mosquitto_broker.h"
#include "transport/loop.h"
#include "uplink_mqtt/network_dialer.h"
#include "uplink_mqtt/uplink.h"
#include "uplink_paho/uplink.h"

namespace {

using namespace sluice;  // NOLINT(google-build-using-namespace)

struct Cell {
  size_t window;
  size_t payload_bytes;
  std::string_view name;
  uint32_t share;  // of the messages: one in so many
  codec::Version version;
};

constexpr Cell kCells[] = {
    {64, 376, "MQTT 5, an event each, window 64", 1, codec::Version::kV5},
    {256, 376, "MQTT 5, an event each, window 256", 1, codec::Version::kV5},
    {64, 376, "MQTT 3.1.1, an event each, window 64", 1, codec::Version::kV311},
    {16, 37'600, "MQTT 5, batches of 37 KB, window 16", 20, codec::Version::kV5},
};

struct Figures {
  double micros = 0;  // of CPU, a message
  double rate = 0;    // messages a second
};

double CpuMicros() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto micros = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
  };
  return micros(usage.ru_utime) + micros(usage.ru_stime);
}

// Publishes as fast as the window allows.
class Pump final : public forward::UplinkListener {
 public:
  Pump(const Cell& cell, uint32_t messages, forward::Uplink* uplink)
      : cell_(cell), messages_(messages), uplink_(*uplink), payload_(cell.payload_bytes, 'x') {
    uplink_.SetListener(this);
  }
  ~Pump() override { uplink_.SetListener(nullptr); }

  void OnConnected(const forward::UplinkLimits& limits) override {
    window_ = std::min(cell_.window, limits.max_in_flight);
    Fill();
  }
  void OnDisconnected(const forward::UplinkEnd& end) override {
    fmt::print(stderr, "bench-uplink: {}\n", end.why);
    failed_ = true;
  }
  void OnAcknowledged(uint32_t) override {
    ++acknowledged_;
    Fill();
  }
  void OnRefused(uint32_t, const forward::Refusal& refusal) override {
    OnDisconnected({Describe(refusal)});
  }
  bool done() const { return failed_ || acknowledged_ == messages_; }
  bool failed() const { return failed_; }

 private:
  void Fill() {
    while (sent_ < messages_ && sent_ - acknowledged_ < window_) {
      schema::EventFields fields;
      fields.type = "climate.reading.v1";
      fields.gateway = "greenhouse-7";
      fields.stream = "telemetry";
      fields.device = "sensor-0042";
      fields.offset = sent_;
      const auto items = attributes_.Render(fields);
      uplink_.Publish(sent_++, {.topic = "sites/greenhouse-7/telemetry",
                                .key = fields.device,
                                .payload = AsBytes(payload_),
                                .content_type = schema::kEventContentType,
                                .properties = items});
    }
  }

  const Cell& cell_;
  const uint32_t messages_;
  forward::Uplink& uplink_;
  const std::string payload_;
  schema::CloudEventAttributes attributes_;
  size_t window_ = 0;
  uint32_t sent_ = 0;
  uint32_t acknowledged_ = 0;
  bool failed_ = false;
};

std::unique_ptr<forward::Uplink> MakeOwn(const std::string& url, codec::Version version,
                                         transport::Loop* loop) {
  uplink_mqtt::MqttOptions options;
  options.url = *forward::ParseUplinkUrl(url, uplink_mqtt::kSchemes);
  options.session.client_id = "own";
  options.session.version = version;
  auto dialer = std::make_unique<uplink_mqtt::NetworkDialer>(options, *loop);
  return std::make_unique<uplink_mqtt::MqttUplink>(options, *loop, std::move(dialer));
}

std::unique_ptr<forward::Uplink> MakePaho(const std::string& url, codec::Version version,
                                          transport::Loop* loop) {
  uplink_paho::PahoOptions options;
  options.url = *forward::ParseUplinkUrl(url, uplink_paho::kSchemes);
  options.client_id = "paho";
  options.version = version;
  return std::make_unique<uplink_paho::PahoUplink>(options, *loop);
}

using Maker = std::unique_ptr<forward::Uplink> (*)(const std::string& url, codec::Version version,
                                                   transport::Loop* loop);

Figures Measure(const Cell& cell, uint32_t messages, Maker make, const std::string& url) {
  transport::Loop loop;
  const std::unique_ptr<forward::Uplink> uplink = make(url, cell.version, &loop);
  Pump pump(cell, messages, uplink.get());
  const double cpu = CpuMicros();
  const auto began = std::chrono::steady_clock::now();
  uplink->Connect();
  while (!pump.done()) loop.RunOnce();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  if (pump.failed()) return {};
  return {(CpuMicros() - cpu) / messages, messages / took.count()};
}

Figures Median(std::vector<Figures> passes) {
  std::sort(passes.begin(), passes.end(),
            [](const Figures& a, const Figures& b) { return a.micros < b.micros; });
  return passes[passes.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  uint32_t messages = 200'000;
  int passes = 3;
  std::string url;
  CLI::App app("Compares the uplinks to an MQTT broker");
  app.add_option("--messages", messages, "of one event, a pass and uplink");
  app.add_option("--passes", passes);
  app.add_option("--url", url, "of another broker than a Mosquitto that is started here");
  CLI11_PARSE(app, argc, argv);
  std::optional<test::MosquittoBroker> broker;
  if (url.empty() && !test::MosquittoBroker::Available()) {
    fmt::print(stderr, "bench-uplink: mosquitto is not installed\n");
    return 1;
  }
  if (url.empty()) {
    broker.emplace("allow_anonymous true\nmax_inflight_messages 256\n");
    url = broker->url();
  }
  fmt::print(
      "| | own: CPU us a message | messages/s | Paho: CPU us | messages/s | ratio |\n"
      "| --- | --- | --- | --- | --- | --- |\n");
  for (const Cell& cell : kCells) {
    std::vector<Figures> own, paho;
    for (int pass = 0; pass < passes; ++pass) {
      own.push_back(Measure(cell, messages / cell.share, MakeOwn, url));
      // A tenth: it takes as long.
      paho.push_back(Measure(cell, messages / cell.share / 10, MakePaho, url));
    }
    const Figures a = Median(own), b = Median(paho);
    fmt::print("| {} | {:.2f} | {:.0f} | {:.1f} | {:.0f} | {:.0f} |\n", cell.name, a.micros, a.rate,
               b.micros, b.rate, b.micros / a.micros);
    std::fflush(stdout);
  }
  return 0;
}
