#include "uplink_mqtt/network_dialer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "base/random.h"

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
    "",
    "",
    "its certificate has expired, or this machine's clock is wrong",
    "its certificate is not valid yet, or this machine's clock is wrong",
    "its certificate is not for the name in uplink.url",
    "",
    "it accepts no version, cipher or curve that we offer",
    "",
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

void NetworkDialer::Dial(const forward::UplinkUrl& server, Callback on_done) {
  GiveUp();
  server_ = server;
  on_done_ = std::move(on_done);
  timer_.Start(options_.connect_timeout);
  auto credentials = std::make_shared<Result<Credentials>>(Credentials{});
  loop_.QueueWork({.run = [credentials, options = options_,
                           server] { *credentials = LoadCredentials(options, server); },
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
  const std::optional<Proxy>& proxy = options_.proxy;
  lookup_ = std::make_unique<transport::NameLookup>(
      loop_, proxy ? proxy->host : server_.host, proxy ? proxy->port : server_.port,
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
  if (options_.proxy) {
    connect.proxy = {server_.HostAndPort(), options_.proxy->user, credentials_.proxy_password};
  }
  connect.tls = credentials_.tls;
  if (server_.scheme.websocket) {
    connect.websocket = {HostOfRequest(), server_.path, "mqtt", SeedFromSystem()};
  }
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
  Finish({.stream = std::move(stream).value(),
          .user_name = std::move(credentials_.user_name),
          .password = std::move(credentials_.password)});
}

// As a browser would say it (RFC 9110, section 7.2).
std::string NetworkDialer::HostOfRequest() const {
  const std::string all = server_.HostAndPort();
  return server_.port == server_.scheme.default_port ? all.substr(0, all.rfind(':')) : all;
}

// Whom the present stage speaks with.
std::string NetworkDialer::Where() const {
  if (connector_ == nullptr) {
    return options_.proxy ? "proxy " + options_.proxy->HostAndPort() : server_.HostAndPort();
  }
  const std::string& address = addresses_[next_ - 1];
  if (!options_.proxy) return address;
  const bool with_proxy = connector_->stage() <= transport::ConnectStage::kProxy;
  return with_proxy ? "proxy " + address : server_.HostAndPort() + " by way of " + address;
}

DialFailure NetworkDialer::FailureOf(const Status& status) const {
  switch (connector_->stage()) {
    case transport::ConnectStage::kSocket: {
      const std::string by = options_.proxy ? "proxy: " : "";
      return {
          CauseOfSystemError(connector_->failure().error), {}, by + Printable(status.message())};
    }
    case transport::ConnectStage::kTls:
      return TlsFailureOf(status);
    default:
      return HttpFailureOf(status);
  }
}

DialFailure NetworkDialer::TlsFailureOf(const Status& status) const {
  const transport::ConnectFailure& failure = connector_->failure();
  if (failure.handshake_timed_out) {
    return {DialCause::kTimeout, {}, fmt::format("{}: the TLS handshake took too long", Where())};
  }
  const std::string_view words = kTlsWords[static_cast<size_t>(failure.tls)];
  std::string text = fmt::format("TLS with {}: ", Where());
  if (!words.empty()) text += fmt::format("{} ({})", words, tls::FailureName(failure.tls));
  text += fmt::format("{}{}", words.empty() ? "" : ": ", Printable(status.message()));
  return {DialCause::kTls, failure.tls, std::move(text)};
}

DialFailure NetworkDialer::HttpFailureOf(const Status& status) const {
  constexpr int kProxyAuthenticationRequired = 407;
  const bool is_proxy = connector_->stage() == transport::ConnectStage::kProxy;
  const int answer = connector_->failure().http_status;
  DialCause cause = is_proxy ? DialCause::kProxyRefused : DialCause::kWebSocketRefused;
  std::string_view advice;
  if (answer == 0) {
    cause = is_proxy ? DialCause::kProxyProtocol : DialCause::kWebSocketProtocol;
  } else if (is_proxy && answer == kProxyAuthenticationRequired) {
    cause = DialCause::kProxyCredentials;
    advice = "; check the name in proxy, and proxy_password_file";
  } else if (!is_proxy && answer == 101) {
    cause = DialCause::kWebSocketProtocol;
  } else if (!is_proxy) {
    advice = "; check the path in url";
  }
  return {cause,
          {},
          fmt::format("{}{}: {}{}", is_proxy ? "" : "WebSocket with ", Where(),
                      Printable(status.message()), advice)};
}

void NetworkDialer::OnTimeout() {
  static constexpr std::array<std::string_view, 4> kStages = {
      "connecting", "asking for a tunnel", "the TLS handshake", "asking for a WebSocket"};
  std::string_view what = "reading the uplink's files";
  if (lookup_ != nullptr) what = "looking the name up";
  if (connector_ != nullptr) what = kStages[static_cast<size_t>(connector_->stage())];
  const Duration limit = connector_ != nullptr ? share_ : options_.connect_timeout;
  TryNext({DialCause::kTimeout,
           {},
           fmt::format("{}: no answer within {:.1f} s, {}", Where(), Seconds(limit), what)});
}

void NetworkDialer::TryNext(DialFailure failure) {
  if (connector_ == nullptr || next_ == addresses_.size()) {
    if (addresses_.size() > 1) {
      failure.text += fmt::format("; the last of {} addresses", addresses_.size());
    }
    return Fail(std::move(failure));
  }
  LogInfo("uplink to {}: {}; trying the next address", server_.HostAndPort(), failure.text);
  connector_.reset();
  ConnectNext();
}

void NetworkDialer::Finish(Outcome outcome) {
  const Callback callback = std::move(on_done_);
  GiveUp();
  callback(std::move(outcome));
}

}  // namespace sluice::uplink_mqtt
