#include "sim/upstream_dialer.h"

#include <chrono>
#include <utility>

#include "sim/memory_account.h"
#include "uplink_mqtt/credentials.h"

namespace sluice::sim {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using uplink_mqtt::DialCause;

UpstreamDialer::UpstreamDialer(Upstream& upstream, uplink_mqtt::MqttOptions options,
                               Scheduler& process)
    : upstream_(upstream),
      options_(std::move(options)),
      process_(process),
      random_(upstream.scene().RandomFor("dialer " + upstream.name() +
                                         std::to_string(upstream.attempts()))),
      timer_(process.NewTimer([this] { Finish(); })) {}

void UpstreamDialer::GiveUp() {
  on_done_ = nullptr;
  timer_.Stop();
  outcome_ = {};
}

void UpstreamDialer::Dial(const forward::UplinkUrl& server, Callback on_done) {
  GiveUp();
  on_done_ = std::move(on_done);
  password_ = upstream_.account().written();
  auto credentials = uplink_mqtt::LoadCredentials(options_, server, upstream_.account().files());
  if (!credentials.ok()) {
    return FinishAfter(microseconds(100), DialCause::kFiles, credentials.status().ToString());
  }
  outcome_.user_name = std::move(credentials->user_name);
  outcome_.password = std::move(credentials->password);
  Ring(server.host);
}

void UpstreamDialer::Ring(const std::string& host) {
  UpstreamServer* const server = upstream_.server(host);
  if (server == nullptr) return FinishAfter(milliseconds(1), DialCause::kLookup, "no such name");
  const Scene& scene = upstream_.scene();
  const DialCause cause = server->Ring();
  Duration delay = Between(random_, microseconds(50), milliseconds(5));
  if (scene.Strikes(Trouble::kDelays, 0.1, random_)) delay += Between(random_, {}, seconds(15));
  if (cause == DialCause::kTimeout || delay > options_.connect_timeout) {
    return FinishAfter(options_.connect_timeout, DialCause::kTimeout, "no answer");
  }
  host_ = host;
  FinishAfter(delay, cause, std::string(uplink_mqtt::DialCauseName(cause)));
}

void UpstreamDialer::FinishAfter(Duration delay, DialCause failure, std::string text) {
  outcome_.failure = {.cause = failure, .text = std::move(text)};
  timer_.Start(delay);
}

void UpstreamDialer::Finish() {
  if (outcome_.failure.cause == DialCause::kNone) {
    Connect(*upstream_.server(host_));
  } else {
    upstream_.scene().trace.Note("{}: cannot dial: {}", upstream_.name(), outcome_.failure.text);
  }
  const Callback on_done = std::exchange(on_done_, nullptr);
  Outcome outcome = std::exchange(outcome_, {});
  on_done(std::move(outcome));
}

void UpstreamDialer::Connect(UpstreamServer& server) {
  const InWorld in_world;
  constexpr size_t kReadBytes = 128 << 10;
  transport::StreamLimits limits;
  limits.max_input_bytes = options_.session.max_packet_bytes + kReadBytes;
  limits.max_output_bytes = SIZE_MAX / 2;
  Network::Ends ends = upstream_.network().Connect(server.host(), &process_, limits);
  auto conversation = std::make_shared<Conversation>(upstream_.plan().mqtt_version);
  upstream_.OnDialed(conversation, server);
  std::optional<std::string> password =
      upstream_.plan().has_password ? password_ : std::optional<std::string>();
  server.Accept(std::move(ends.other), std::move(conversation), std::move(password));
  outcome_.stream = std::move(ends.gateway);
}

}  // namespace sluice::sim
