#include "config/uplink.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/gateway.h"
#include "config/names.h"
#include "tls/client_files.h"
#include "uplink_mqtt/credentials.h"

namespace sluice::config {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Where Debian's ca-certificates keeps the public authorities.
constexpr std::string_view kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";
constexpr Word<MqttClient> kClients[] = {{"mqtt", MqttClient::kOwn}, {"paho", MqttClient::kPaho}};
// Acknowledgements are all that is wanted from upstream; reason strings make them longer.
constexpr uint32_t kMaxPacketFromUpstream = 16 << 10;

Result<forward::UplinkUrl> ParseUrl(const std::string& text) {
  return forward::ParseUplinkUrl(text, uplink_paho::kSchemes);
}

// The client library counts in seconds.
seconds UsedConnectTimeout(const UplinkConfig& uplink) {
  return std::max(seconds(1), duration_cast<seconds>(uplink.connect_timeout));
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
  if (!uplink.password_file.empty() && uplink.username.empty() &&
      uplink.mqtt_version != codec::Version::kV5) {
    t.Error("password_file", "needs uplink.username in MQTT 3.1.1");
  }
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
  t.Parsed("url", &uplink->url, ParseUrl);
  uplink->client_id = gateway.id + "-" + uplink->name;
  t.Text("client_id", &uplink->client_id);
  t.OneOf("client", kClients, &uplink->client);
  if (uplink->url.scheme.tls) uplink->ca = kSystemAuthorities;
  t.Path("ca", &uplink->ca);
  t.Path("cert", &uplink->cert);
  t.Path("key", &uplink->key);
  t.Text("username", &uplink->username);
  t.Path("password_file", &uplink->password_file);
  t.TextList("alpn", &uplink->alpn);
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
}

void CheckUplinks(const std::vector<UplinkConfig>& uplinks, Diagnostics* diagnostics) {
  CheckNamesDiffer("uplink", uplinks, diagnostics);
  for (const UplinkConfig& uplink : uplinks) {
    if (!uplink.url.scheme.tls) {
      diagnostics->Warning(
          fmt::format("uplink {} sends in plaintext to {}", uplink.name, uplink.url.text));
    }
    if (uplink.client != MqttClient::kPaho) continue;
    if (!uplink.alpn.empty()) {
      diagnostics->Warning(fmt::format("uplink {}: alpn needs client = \"mqtt\"", uplink.name));
    }
    const Duration used = UsedConnectTimeout(uplink);
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
    if (there && uplink.url.scheme.tls) CheckTls(path, uplink, machine);
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

Result<uplink_paho::PahoOptions> MakePahoOptions(const UplinkConfig& uplink) {
  uplink_paho::PahoOptions options;
  options.url = uplink.url;
  options.client_id = uplink.client_id;
  options.version = uplink.mqtt_version;
  options.username = uplink.username;
  options.ca_file = uplink.ca;
  options.cert_file = uplink.cert;
  options.key_file = uplink.key;
  options.keep_alive = duration_cast<seconds>(uplink.keep_alive);
  options.connect_timeout = UsedConnectTimeout(uplink);
  options.max_packet_bytes = kMaxPacketFromUpstream;
  if (uplink.password_file.empty()) return options;
  auto password = ReadPasswordFile(uplink.password_file);
  if (!password.ok()) return password.status();
  options.password = std::move(*password);
  return options;
}

uplink_mqtt::MqttOptions ToMqttOptions(const UplinkConfig& uplink) {
  uplink_mqtt::MqttOptions options;
  options.url = uplink.url;
  options.password_file = uplink.password_file;
  options.ca_file = uplink.ca;
  options.cert_file = uplink.cert;
  options.key_file = uplink.key;
  options.alpn = uplink.alpn;
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
  // Paho's own limit comes first, for each address that the name has; this is for when it does not.
  options.connect_timeout = 2 * uplink.connect_timeout + seconds(5);
  return options;
}

}  // namespace sluice::config
