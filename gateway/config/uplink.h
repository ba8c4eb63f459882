#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/backoff.h"
#include "base/status.h"
#include "codec/protocol.h"
#include "config/machine.h"
#include "config/toml_reader.h"
#include "forward/shared_uplink.h"
#include "forward/uplink_url.h"
#include "tls/context.h"
#include "uplink_mqtt/options.h"

namespace sluice::config {

struct GatewayConfig;

// Who speaks MQTT with a broker.
enum class MqttClient : uint8_t { kOwn, kPaho };
// Where Debian's ca-certificates keeps the public authorities.
inline constexpr std::string_view kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";
// Acknowledgements are all that is wanted from upstream; reason strings make them longer.
inline constexpr uint32_t kMaxPacketFromUpstream = 16 << 10;

// [[uplink]]
struct UplinkConfig {
  std::string name;
  std::string gateway;  // its id
  forward::UplinkUrl url;
  std::vector<forward::UplinkUrl> others;  // servers that are tried when url does not take us; kOwn
  MqttClient client = MqttClient::kOwn;
  std::string client_id;  // the gateway's id and the uplink's name unless given
  std::string ca;         // the machine's own store unless given
  std::string cert, key;
  std::vector<std::string> alpn;                                      // kOwn
  tls::Version tls_version = uplink_mqtt::MqttOptions{}.tls_version;  // kOwn
  std::optional<uplink_mqtt::Proxy> proxy;                            // kOwn
  std::string status_topic;                                           // kOwn; empty: none
  std::string username_file;                                          // kOwn; goes before username
  std::string username, password_file;
  codec::Version mqtt_version = client::Options{}.version;
  Duration keep_alive = std::chrono::seconds(30);
  Duration connect_timeout = uplink_mqtt::MqttOptions{}.connect_timeout;
  Duration ack_timeout = forward::SharedUplinkOptions{}.ack_timeout;
  Duration backoff_min = BackoffOptions{}.initial;
  Duration backoff_max = BackoffOptions{}.max;
  Duration backoff_turned_away = forward::SharedUplinkOptions{}.turned_away_backoff;
  bool uses_tls() const;     // to any of its servers
  std::string urls() const;  // as written, ", " between them
  bool operator==(const UplinkConfig&) const = default;
};

void Read(TableReader& t, const GatewayConfig& gateway, UplinkConfig* uplink);
void CheckUplinks(const std::vector<UplinkConfig>& uplinks, Diagnostics* diagnostics);
void CheckMachine(const std::vector<UplinkConfig>& uplinks, Machine& machine);

// The first line of a file that holds a password.
Result<std::string> ReadPasswordFile(const std::string& path);
// As versions are written in the file and on command lines: 5, or 311 for MQTT 3.1.1; 3 is an older
// spelling of that.
std::optional<codec::Version> ToMqttVersion(uint64_t number);

uplink_mqtt::MqttOptions ToMqttOptions(const UplinkConfig& uplink);
forward::SharedUplinkOptions ToSharedUplinkOptions(const UplinkConfig& uplink);

}  // namespace sluice::config
