#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "codec/protocol.h"
#include "config/machine.h"
#include "config/toml_reader.h"
#include "forward/uplink_connection.h"
#include "forward/uplink_url.h"
#include "uplink_paho/options.h"

namespace sluice::config {

struct GatewayConfig;

// [[uplink]]
struct UplinkConfig {
  std::string name;
  forward::UplinkUrl url;
  std::string client_id;  // the gateway's id and the uplink's name unless given
  std::string ca, cert, key;
  std::string username, password_file;
  codec::Version mqtt_version = codec::Version::kV5;
  Duration keep_alive = std::chrono::seconds(30);
  Duration connect_timeout = std::chrono::seconds(10);
  Duration ack_timeout = std::chrono::seconds(30);
  Duration backoff_min = std::chrono::milliseconds(500);
  Duration backoff_max = std::chrono::minutes(1);
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

// Reads the password file, which is what may fail.
Result<uplink_paho::PahoOptions> MakePahoOptions(const UplinkConfig& uplink);
forward::UplinkConnectionOptions ToConnectionOptions(const UplinkConfig& uplink);

}  // namespace sluice::config
