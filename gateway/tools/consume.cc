#include "tools/consume.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>
#include <utility>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/log.h"
#include "base/random.h"
#include "config/uplink.h"
#include "forward/uplink_url.h"
#include "tools/consumer.h"
#include "uplink_mqtt/subscriber.h"

namespace sluice::tools {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kPoll{100};  // how soon a signal or the idle exit is noticed
constexpr seconds kStateInterval{1};
// The largest batch there is, as JSON, and then some.
constexpr uint32_t kMaxPacketBytes = 64 << 20;
constexpr size_t kMaxStateFile = 64 << 20;
constexpr uint32_t kSessionExpirySeconds = 7 * 24 * 3600;
constexpr BackoffOptions kBackoff{.initial = milliseconds(250), .max = seconds(5)};

// The only way that a signal handler has.
volatile std::sig_atomic_t stop_requested = 0;
void RequestStop(int) { stop_requested = 1; }

Result<uplink_mqtt::MqttOptions> ConnectionOptions(const ConsumeOptions& options, Random& random) {
  uplink_mqtt::MqttOptions mqtt;
  auto url = forward::ParseUplinkUrl(options.url, uplink_mqtt::kSchemes);
  if (!url.ok()) return Status::InvalidArgument("--url " + url.status().message());
  if (options.cert_file.empty() != options.key_file.empty()) {
    return Status::InvalidArgument("--cert and --key need each other");
  }
  if (!options.clean_start && options.client_id.empty()) {
    return Status::InvalidArgument("a persistent session needs a client id");
  }
  mqtt.url = std::move(*url);
  mqtt.ca_file = options.ca_file;
  if (mqtt.url.scheme.tls && mqtt.ca_file.empty()) mqtt.ca_file = config::kSystemAuthorities;
  mqtt.cert_file = options.cert_file;
  mqtt.key_file = options.key_file;
  mqtt.password_file = options.password_file;
  mqtt.session.version = options.version;
  mqtt.session.client_id = options.client_id.empty()
                               ? fmt::format("sluice-consume-{:012x}", random.Next() >> 16)
                               : options.client_id;
  if (!options.username.empty()) mqtt.session.user_name = options.username;
  mqtt.session.max_packet_bytes = kMaxPacketBytes;
  mqtt.session.clean_start = options.clean_start;
  if (!options.clean_start) mqtt.session.session_expiry_seconds = kSessionExpirySeconds;
  SLUICE_RETURN_IF_ERROR(client::CheckOptions(mqtt.session));
  return mqtt;
}

// One run of the command: messages in, lines out, until there is a reason to stop.
class Consumption {
 public:
  Consumption(const ConsumeOptions& options, uplink_mqtt::MqttOptions mqtt, Random& random)
      : options_(options),
        subscriber_(std::move(mqtt), options.topic),
        backoff_(kBackoff, random),
        last_message_(Now()),
        next_save_(Now()) {}

  Status LoadState();
  Status Run();
  void PrintSummary() const;

 private:
  static MonotonicTime Now() { return SystemClock().Now(); }
  bool Enough() const;
  Status Connect();
  Status Receive(milliseconds timeout);
  Status Print(const std::string& payload);
  Status SaveState();

  const ConsumeOptions& options_;
  uplink_mqtt::MqttSubscriber subscriber_;
  Backoff backoff_;
  Consumer consumer_;
  std::string lines_;
  bool connected_ = false;
  bool was_connected_ = false;
  MonotonicTime last_message_;
  MonotonicTime next_save_;
};

Status Consumption::LoadState() {
  if (options_.state_file.empty() || !Env::Posix().Exists(options_.state_file)) return Status::Ok();
  const auto text = ReadFileToString(Env::Posix(), options_.state_file, kMaxStateFile);
  if (!text.ok()) return text.status();
  return consumer_.tracker().Load(*text);
}

Status Consumption::SaveState() {
  next_save_ = Now() + kStateInterval;
  if (options_.state_file.empty()) return Status::Ok();
  const std::string text = consumer_.tracker().Save();
  return WriteFileAtomically(Env::Posix(), options_.state_file, AsBytes(text));
}

bool Consumption::Enough() const {
  if (stop_requested != 0) return true;
  if (options_.count > 0 && consumer_.counts().events >= options_.count) return true;
  const std::chrono::duration<double> idle = Now() - last_message_;
  return options_.idle_exit_seconds > 0 && idle.count() >= options_.idle_exit_seconds;
}

// A broker that is not there is waited for; one that refuses us at first is a mistake of the
// caller.
Status Consumption::Connect() {
  Status status = subscriber_.Connect();
  connected_ = status.ok();
  if (connected_) {
    was_connected_ = true;
    backoff_.Reset();
    LogInfo("consume: connected to {}", options_.url);
    return status;
  }
  if (status.code() == StatusCode::kPermissionDenied && !was_connected_) return status;
  LogWarn("consume: {}", status.message());
  const MonotonicTime until = Now() + backoff_.Next();
  while (!Enough() && Now() < until) std::this_thread::sleep_for(milliseconds(10));
  return Status::Ok();
}

Status Consumption::Print(const std::string& payload) {
  lines_.clear();
  consumer_.OnMessage(AsBytes(payload), &lines_);
  const bool written = std::fwrite(lines_.data(), 1, lines_.size(), stdout) == lines_.size();
  if (!written || std::fflush(stdout) != 0) return Status::FromErrno(errno, "write to stdout");
  return Now() >= next_save_ ? SaveState() : Status::Ok();
}

Status Consumption::Receive(milliseconds timeout) {
  std::string payload;
  switch (subscriber_.Next(timeout, &payload)) {
    case uplink_mqtt::MqttSubscriber::Outcome::kMessage:
      last_message_ = Now();
      return Print(payload);
    case uplink_mqtt::MqttSubscriber::Outcome::kDisconnected:
      connected_ = false;
      return Status::Ok();
    case uplink_mqtt::MqttSubscriber::Outcome::kNothing:
      break;
  }
  return Status::Ok();
}

Status Consumption::Run() {
  while (!Enough()) {
    SLUICE_RETURN_IF_ERROR(connected_ ? Receive(kPoll) : Connect());
  }
  // What is not printed has not been acknowledged: a session that is kept brings it again.
  subscriber_.Disconnect();
  SLUICE_RETURN_IF_ERROR(SaveState());
  return was_connected_ ? Status::Ok() : Status::Unavailable("was never connected");
}

void Consumption::PrintSummary() const {
  const Consumer::Counts& counts = consumer_.counts();
  fmt::print(stderr,
             "consume: {} messages, {} events received, {} duplicates dropped, {} late, {} gaps, "
             "{} explained, {} missing, {} undecodable\n",
             counts.messages, counts.events, counts.duplicates, counts.late, counts.gaps,
             counts.explained, consumer_.tracker().missing(), counts.undecodable);
}

int Fail(const Status& status) {
  LogError("consume: {}", status.message());
  return 1;
}

}  // namespace

int RunConsume(const ConsumeOptions& options) {
  Random random(SeedFromSystem());
  auto mqtt = ConnectionOptions(options, random);
  if (!mqtt.ok()) return Fail(mqtt.status());
  stop_requested = 0;
  std::signal(SIGINT, RequestStop);
  std::signal(SIGTERM, RequestStop);
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error of fflush
  Consumption consumption(options, std::move(*mqtt), random);
  if (const Status status = consumption.LoadState(); !status.ok()) return Fail(status);
  const Status status = consumption.Run();
  consumption.PrintSummary();
  return status.ok() ? 0 : Fail(status);
}

void AddConsume(CLI::App& app, int* exit_code) {
  CLI::App* consume =
      app.add_subcommand("consume", "Receive events and print each as one line of JSON");
  auto options = std::make_shared<ConsumeOptions>();
  auto version = std::make_shared<uint64_t>(5);
  ConsumeOptions& o = *options;
  consume->add_option("--url", o.url, "broker: mqtt://HOST[:PORT] or mqtts://HOST[:PORT]")
      ->required();
  consume->add_option("--topic", o.topic, "topic filter to subscribe to")->required();
  consume->add_option(
      "--ca", o.ca_file,
      "file of the authorities that may sign the broker's certificate; default: the "
      "public ones that this machine trusts");
  consume->add_option("--cert", o.cert_file, "file of the client certificate");
  consume->add_option("--key", o.key_file, "file of its private key");
  consume->add_option("--username", o.username, "user name");
  consume->add_option("--password-file", o.password_file, "file whose first line is the password");
  consume->add_option("--mqtt-version", *version, "5, or 311 for MQTT 3.1.1")
      ->check(CLI::IsMember({5, 311, 3}));
  consume->add_option("--client-id", o.client_id, "client id; a persistent session needs one");
  consume
      ->add_option("--clean-start", o.clean_start,
                   "false keeps the session, and what arrives for it, between runs")
      ->capture_default_str();
  consume->add_option("--count", o.count, "stop after this many events");
  consume->add_option("--idle-exit", o.idle_exit_seconds,
                      "stop after this many seconds without an event");
  consume->add_option("--state", o.state_file, "file that remembers offsets across restarts");
  consume->callback([options, version, exit_code] {
    options->version = *config::ToMqttVersion(*version);
    *exit_code = RunConsume(*options);
  });
}

}  // namespace sluice::tools
