#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/clock.h"
#include "client/options.h"
#include "forward/uplink_url.h"

namespace sluice::uplink_mqtt {

inline constexpr forward::UplinkScheme kSchemes[] = {{"mqtt", false, 1883}, {"mqtts", true, 8883}};

// A connection to an MQTT broker.
struct MqttOptions {
  forward::UplinkUrl url;
  // How to introduce ourselves; connect_timeout of it is not used, and password only when there is
  // no password_file.
  client::Options session = {};
  // Read again for each connection, so that what is renewed is used. The password is the file's
  // first line; certificates and key are PEM.
  std::string password_file = {};
  std::string ca_file = {};    // required with mqtts
  std::string cert_file = {};  // with its chain; empty: no client certificate
  std::string key_file = {};
  std::vector<std::string> alpn = {};
  // For the whole way: files, name, connection, TLS, CONNACK.
  Duration connect_timeout = std::chrono::seconds(10);
};

}  // namespace sluice::uplink_mqtt
