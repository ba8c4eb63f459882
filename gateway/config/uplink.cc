#include "config/uplink.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "codec/topic.h"
#include "config/gateway.h"
#include "config/names.h"
#include "config/paho_uplink.h"
#include "tls/client_files.h"
#include "uplink_mqtt/credentials.h"

namespace sluice::config {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr bool kHasPaho = SLUICE_HAS_PAHO != 0;
constexpr Word<MqttClient> kClients[] = {{"mqtt", MqttClient::kOwn}, {"paho", MqttClient::kPaho}};
constexpr Word<tls::Version> kTlsVersions[] = {{"1.2", tls::Version::kTls12},
                                               {"1.3", tls::Version::kTls13}};

Result<forward::UplinkUrl> ParseUrl(const std::string& text) {
  return forward::ParseUplinkUrl(text, uplink_mqtt::kSchemes);
}

// "http://user@proxy.example.com:3128"
Result<std::optional<uplink_mqtt::Proxy>> ParseProxy(const std::string& text) {
  static constexpr forward::UplinkScheme kSchemes[] = {{"http", false, 80}};
  static constexpr std::string_view kPrefix = "http://";
  uplink_mqtt::Proxy proxy;
  std::string without_user = text;
  if (const size_t at = text.find('@'); at != text.npos) {
    const std::string_view before = std::string_view(text).substr(0, at);
    if (before.find(':', kPrefix.size()) != before.npos || !before.starts_with(kPrefix)) {
      return Status::InvalidArgument("must not contain a password; use proxy_password_file");
    }
    proxy.user = before.substr(kPrefix.size());
    without_user.erase(kPrefix.size(), at + 1 - kPrefix.size());
  }
  const auto url = forward::ParseUplinkUrl(without_user, kSchemes);
  if (!url.ok()) return url.status();
  proxy.host = url->host;
  proxy.port = url->port;
  return std::optional(proxy);
}

void ReadStatusTopic(TableReader& t, const GatewayConfig& gateway, UplinkConfig* uplink) {
  static constexpr std::string_view kGateway = "{gateway}";
  t.Text("status_topic", &uplink->status_topic);
  if (uplink->status_topic.empty()) return;
  const size_t at = uplink->status_topic.find(kGateway);
  if (at != std::string::npos) uplink->status_topic.replace(at, kGateway.size(), gateway.id);
  if (!codec::IsTopicName(uplink->status_topic) ||
      uplink->status_topic.find_first_of("{}") != std::string::npos) {
    t.Error("status_topic", "must be a topic without wildcards; {gateway} may stand in it");
  }
}

// What Paho is not asked to do, although it could do some of it.
void CheckClient(TableReader& t, const UplinkConfig& uplink) {
  if (uplink.client != MqttClient::kPaho) return;
  static constexpr std::string_view kNeeds = "needs client = \"mqtt\"";
  bool websocket = uplink.url.scheme.websocket;
  for (const auto& other : uplink.others) websocket |= other.scheme.websocket;
  if (!uplink.others.empty()) t.Error("url", fmt::format("of several servers {}", kNeeds));
  if (websocket) t.Error("url", fmt::format("with ws:// or wss:// {}", kNeeds));
  if (uplink.proxy) t.Error("proxy", kNeeds);
  if (!uplink.status_topic.empty()) t.Error("status_topic", kNeeds);
  if (!uplink.username_file.empty()) t.Error("username_file", kNeeds);
  if (uplink.tls_version != UplinkConfig{}.tls_version) t.Error("tls_version", kNeeds);
}

void ReadVersion(TableReader& t, UplinkConfig* uplink) {
  uint64_t number = 5;
  t.Number("mqtt_version", 3, 311, &number);
  if (const auto version = ToMqttVersion(number)) {
    uplink->mqtt_version = *version;
  } else {
    t.Error("mqtt_version", "must be 5, or 311 for MQTT 3.1.1");
  }
}

void CheckCredentials(TableReader& t, const UplinkConfig& uplink) {
  for (const std::string& protocol : uplink.alpn) {
    if (protocol.empty() || protocol.size() > 255) t.Error("alpn", "has names of 1 to 255 bytes");
  }
  if (uplink.cert.empty() != uplink.key.empty()) {
    const std::string_view has = uplink.cert.empty() ? "key" : "cert";
    const std::string_view lacks = uplink.cert.empty() ? "cert" : "key";
    t.Error(has, fmt::format("needs uplink.{} as well", lacks));
  }
  if (uplink.proxy && uplink.proxy->user.empty() != uplink.proxy->password_file.empty()) {
    t.Error("proxy_password_file", "goes with a name in proxy, as in \"http://name@host:3128\"");
  }
  if (!uplink.password_file.empty() && uplink.username.empty() && uplink.username_file.empty() &&
      uplink.mqtt_version != codec::Version::kV5) {
    t.Error("password_file", "needs uplink.username in MQTT 3.1.1");
  }
}

void WarnOfPlaintext(const UplinkConfig& uplink, const forward::UplinkUrl& url,
                     Diagnostics* diagnostics) {
  if (url.scheme.tls) return;
  diagnostics->Warning(fmt::format("uplink {} sends in plaintext to {}", uplink.name, url.text));
}

void CheckPassword(const std::string& path, const std::string& file, Machine& machine) {
  if (!machine.CheckSecret(path, file) || file.empty()) return;
  const auto password = ReadPasswordFile(file);
  if (!password.ok()) return machine.diagnostics().Fault(path, password.status().message());
  if (password->empty()) {
    machine.diagnostics().Fault(path, file + " has no password in its first line");
  }
}

void CheckTls(const std::string& path, const UplinkConfig& uplink, Machine& machine) {
  const tls::ClientFiles files =
      tls::CheckClientFiles({uplink.ca, uplink.cert, uplink.key}, SystemClock());
  for (const auto& [status, key] :
       {std::pair{&files.ca, "ca"}, std::pair{&files.certificate, "cert"},
        std::pair{&files.key, "key"}}) {
    if (!status->ok()) machine.diagnostics().Fault(path + key, status->message());
  }
  for (const std::string& trouble : files.date_troubles) {
    machine.diagnostics().Warning(fmt::format("uplink {}: {}", uplink.name, trouble));
  }
}

}  // namespace

void Read(TableReader& t, const GatewayConfig& gateway, UplinkConfig* uplink) {
  t.Require("name");
  t.Require("url");
  t.Name("name", &uplink->name);
  uplink->gateway = gateway.id;
  std::vector<forward::UplinkUrl> urls;
  t.ParsedOneOrMore("url", &urls, ParseUrl);
  if (!urls.empty()) {
    uplink->url = urls.front();
    uplink->others.assign(urls.begin() + 1, urls.end());
  }
  uplink->client_id = gateway.id + "-" + uplink->name;
  t.Text("client_id", &uplink->client_id);
  t.OneOf("client", kClients, &uplink->client);
  if (uplink->client == MqttClient::kPaho && !kHasPaho) {
    t.Error("client", "may only be \"mqtt\": this program was built without Paho");
  }
  if (uplink->uses_tls()) uplink->ca = kSystemAuthorities;
  t.Path("ca", &uplink->ca);
  t.Path("cert", &uplink->cert);
  t.Path("key", &uplink->key);
  t.Text("username", &uplink->username);
  t.Path("password_file", &uplink->password_file);
  t.Path("username_file", &uplink->username_file);
  t.TextList("alpn", &uplink->alpn);
  t.OneOf("tls_version", kTlsVersions, &uplink->tls_version);
  t.Parsed("proxy", &uplink->proxy, ParseProxy);
  std::string proxy_password_file;
  t.Path("proxy_password_file", &proxy_password_file);
  if (uplink->proxy) {
    uplink->proxy->password_file = proxy_password_file;
  } else if (!proxy_password_file.empty()) {
    t.Error("proxy_password_file", "needs uplink.proxy as well");
  }
  ReadStatusTopic(t, gateway, uplink);
  ReadVersion(t, uplink);
  t.Time("keep_alive", seconds(1), &uplink->keep_alive, seconds(65'535));  // two bytes of CONNECT
  t.Time("connect_timeout", milliseconds(100), &uplink->connect_timeout);
  t.Time("ack_timeout", milliseconds(100), &uplink->ack_timeout);
  t.Time("backoff_min", milliseconds(1), &uplink->backoff_min);
  t.Time("backoff_max", milliseconds(1), &uplink->backoff_max);
  t.Time("backoff_turned_away", milliseconds(1), &uplink->backoff_turned_away);
  if (uplink->backoff_max < uplink->backoff_min) {
    t.Error("backoff_max", "must not be less than backoff_min");
  }
  CheckCredentials(t, *uplink);
  CheckClient(t, *uplink);
}

bool UplinkConfig::uses_tls() const {
  return url.scheme.tls ||
         std::ranges::any_of(others, [](const auto& other) { return other.scheme.tls; });
}

std::string UplinkConfig::urls() const {
  std::string all = url.text;
  for (const forward::UplinkUrl& other : others) all += ", " + other.text;
  return all;
}

void CheckUplinks(const std::vector<UplinkConfig>& uplinks, Diagnostics* diagnostics) {
  CheckNamesDiffer("uplink", uplinks, diagnostics);
  for (const UplinkConfig& uplink : uplinks) {
    WarnOfPlaintext(uplink, uplink.url, diagnostics);
    for (const auto& other : uplink.others) WarnOfPlaintext(uplink, other, diagnostics);
    if (uplink.client != MqttClient::kPaho) continue;
    if (!uplink.alpn.empty()) {
      diagnostics->Warning(fmt::format("uplink {}: alpn needs client = \"mqtt\"", uplink.name));
    }
    const Duration used = PahoConnectTimeout(uplink);
    if (used == uplink.connect_timeout) continue;
    diagnostics->Warning(
        fmt::format("uplink {}: connect_timeout of {} ms becomes {} s; it counts in whole seconds",
                    uplink.name, uplink.connect_timeout / milliseconds(1), used / seconds(1)));
  }
}

void CheckMachine(const std::vector<UplinkConfig>& uplinks, Machine& machine) {
  for (size_t i = 0; i < uplinks.size(); ++i) {
    const UplinkConfig& uplink = uplinks[i];
    const std::string path = fmt::format("uplink[{}].", i);
    bool there = machine.CheckExists(path + "ca", uplink.ca);
    there &= machine.CheckExists(path + "cert", uplink.cert);
    there &= machine.CheckSecret(path + "key", uplink.key);
    CheckPassword(path + "password_file", uplink.password_file, machine);
    CheckPassword(path + "username_file", uplink.username_file, machine);
    if (uplink.proxy) {
      CheckPassword(path + "proxy_password_file", uplink.proxy->password_file, machine);
    }
    if (there && uplink.uses_tls()) CheckTls(path, uplink, machine);
    if (!tls::Speaks(uplink.tls_version)) {
      machine.diagnostics().Fault(path + "tls_version",
                                  "1.3 is not in this program: it was built with mbedTLS 2.28");
    }
  }
}

std::optional<codec::Version> ToMqttVersion(uint64_t number) {
  if (number == 5) return codec::Version::kV5;
  if (number == 311 || number == 3) return codec::Version::kV311;
  return std::nullopt;
}

Result<std::string> ReadPasswordFile(const std::string& path) {
  return uplink_mqtt::ReadPasswordFile(path);
}

uplink_mqtt::MqttOptions ToMqttOptions(const UplinkConfig& uplink) {
  uplink_mqtt::MqttOptions options;
  options.url = uplink.url;
  options.others = uplink.others;
  options.proxy = uplink.proxy;
  options.username_file = uplink.username_file;
  options.password_file = uplink.password_file;
  options.ca_file = uplink.ca;
  options.cert_file = uplink.cert;
  options.key_file = uplink.key;
  options.alpn = uplink.alpn;
  options.tls_version = uplink.tls_version;
  options.connect_timeout = uplink.connect_timeout;
  options.session.version = uplink.mqtt_version;
  options.session.client_id = uplink.client_id;
  options.session.keep_alive_seconds =
      static_cast<uint16_t>(duration_cast<seconds>(uplink.keep_alive).count());
  if (!uplink.username.empty()) options.session.user_name = uplink.username;
  options.session.max_packet_bytes = kMaxPacketFromUpstream;
  // What is not acknowledged in time, the shared uplink finds: it knows of all routes.
  options.session.ack_timeout = Duration::zero();
  return options;
}

forward::SharedUplinkOptions ToSharedUplinkOptions(const UplinkConfig& uplink) {
  forward::SharedUplinkOptions options;
  options.name = uplink.name;
  options.backoff.initial = uplink.backoff_min;
  options.backoff.max = uplink.backoff_max;
  options.turned_away_backoff = uplink.backoff_turned_away;
  options.ack_timeout = uplink.ack_timeout;
  // The client's own limit comes first, for each server; this is for when it does not.
  const auto servers = static_cast<int>(1 + uplink.others.size());
  options.connect_timeout = servers * (2 * uplink.connect_timeout + seconds(5));
  return options;
}

}  // namespace sluice::config
