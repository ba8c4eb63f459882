#include "uplink_mqtt/network_dialer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "base/log.h"

namespace sluice::uplink_mqtt {
namespace {

// What is written waits for the network, not for a bound: the windows of the routes are one.
constexpr size_t kNoOutputBound = SIZE_MAX / 2;
// Beside the largest packet: what one read brings.
constexpr size_t kReadBytes = 128 * 1024;

// By tls::Failure; empty: mbedTLS's own words say it best.
constexpr std::array<std::string_view, tls::kFailureCount> kTlsWords = {
    "",
    "it showed no certificate",
    "its certificate is not signed by an authority of uplink.ca",
    "its certificate has expired, or this machine's clock is wrong",
    "its certificate is not valid yet, or this machine's clock is wrong",
    "its certificate is not for the name in uplink.url",
    "",
    "it accepts no version, cipher or curve that we offer",
    "it gave up: it may not accept uplink.cert",
    "it does not speak TLS, or not soundly",
    "",
};

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

DialCause CauseOfSystemError(int error) {
  switch (error) {
    case ECONNREFUSED:
      return DialCause::kRefused;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
    case EADDRNOTAVAIL:
      return DialCause::kUnreachable;
    case ETIMEDOUT:
      return DialCause::kTimeout;
    default:
      return DialCause::kNetwork;
  }
}

NetworkDialer::NetworkDialer(const MqttOptions& options, transport::Loop& loop)
    : options_(options), loop_(loop), timer_(loop.NewTimer([this] { OnTimeout(); })) {}

void NetworkDialer::Dial(Callback on_done) {
  GiveUp();
  on_done_ = std::move(on_done);
  timer_.Start(options_.connect_timeout);
  auto credentials = std::make_shared<Result<Credentials>>(Credentials{});
  loop_.QueueWork(
      {.run = [credentials, options = options_] { *credentials = LoadCredentials(options); },
       .done =
           [this, credentials, watch = attempt_.watch()] {
             if (!watch.over()) OnCredentials(std::move(*credentials));
           }});
}

void NetworkDialer::GiveUp() {
  attempt_.Renew();
  on_done_ = nullptr;
  timer_.Stop();
  lookup_.reset();
  connector_.reset();
  addresses_.clear();
  next_ = 0;
  credentials_ = {};
}

void NetworkDialer::OnCredentials(Result<Credentials> credentials) {
  if (!credentials.ok()) return Fail({DialCause::kFiles, {}, credentials.status().ToString()});
  credentials_ = std::move(*credentials);
  lookup_ = std::make_unique<transport::NameLookup>(
      loop_, options_.url.host, options_.url.port,
      [this](Result<std::vector<std::string>> addresses) { OnAddresses(std::move(addresses)); });
}

void NetworkDialer::OnAddresses(Result<std::vector<std::string>> addresses) {
  if (!addresses.ok()) return Fail({DialCause::kLookup, {}, addresses.status().message()});
  addresses_ = std::move(*addresses);
  share_ = options_.connect_timeout / static_cast<int64_t>(addresses_.size());
  ConnectNext();
}

void NetworkDialer::ConnectNext() {
  timer_.Start(share_);
  transport::ConnectOptions connect;
  connect.address = addresses_[next_++];
  connect.tls = credentials_.tls;
  connect.limits.handshake_timeout = options_.connect_timeout;
  connect.limits.max_input_bytes = options_.session.max_packet_bytes + kReadBytes;
  connect.limits.max_output_bytes = kNoOutputBound;
  connector_ = transport::Connector::Connect(
      loop_, std::move(connect), [this](Result<std::unique_ptr<transport::ByteStream>> stream) {
        OnConnected(std::move(stream));
      });
}

void NetworkDialer::OnConnected(Result<std::unique_ptr<transport::ByteStream>> stream) {
  if (!stream.ok()) return TryNext(FailureOf(stream.status()));
  Finish({.stream = std::move(stream).value(), .password = std::move(credentials_.password)});
}

DialFailure NetworkDialer::FailureOf(const Status& status) const {
  const transport::ConnectFailure& failure = connector_->failure();
  const std::string& address = addresses_[next_ - 1];
  if (!connector_->in_handshake()) {
    return {CauseOfSystemError(failure.error), {}, Printable(status.message())};
  }
  if (failure.handshake_timed_out) {
    return {DialCause::kTimeout, {}, fmt::format("{}: the TLS handshake took too long", address)};
  }
  const std::string_view words = kTlsWords[static_cast<size_t>(failure.tls)];
  std::string text = fmt::format("TLS with {}: ", address);
  if (!words.empty()) text += fmt::format("{} ({})", words, tls::FailureName(failure.tls));
  text += fmt::format("{}{}", words.empty() ? "" : ": ", Printable(status.message()));
  return {DialCause::kTls, failure.tls, std::move(text)};
}

void NetworkDialer::OnTimeout() {
  std::string_view what = "reading the uplink's files";
  if (lookup_ != nullptr) what = "looking the name up";
  if (connector_ != nullptr) what = connector_->in_handshake() ? "the TLS handshake" : "connecting";
  const Duration limit = connector_ != nullptr ? share_ : options_.connect_timeout;
  const std::string where =
      connector_ != nullptr ? addresses_[next_ - 1] : options_.url.HostAndPort();
  TryNext({DialCause::kTimeout,
           {},
           fmt::format("{}: no answer within {:.1f} s, {}", where, Seconds(limit), what)});
}

void NetworkDialer::TryNext(DialFailure failure) {
  if (connector_ == nullptr || next_ == addresses_.size()) {
    if (addresses_.size() > 1) {
      failure.text += fmt::format("; the last of {} addresses", addresses_.size());
    }
    return Fail(std::move(failure));
  }
  LogInfo("uplink to {}: {}; trying the next address", options_.url.HostAndPort(), failure.text);
  connector_.reset();
  ConnectNext();
}

void NetworkDialer::Finish(Outcome outcome) {
  const Callback callback = std::move(on_done_);
  GiveUp();
  callback(std::move(outcome));
}

}  // namespace sluice::uplink_mqtt
