#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "client/options.h"
#include "forward/uplink_url.h"
#include "tls/context.h"

namespace sluice::uplink_mqtt {

inline constexpr forward::UplinkScheme kSchemes[] = {{"mqtt", false, 1883},
                                                     {"mqtts", true, 8883},
                                                     {"ws", false, 80, true},
                                                     {"wss", true, 443, true}};

// Where upstream sees us come and go: a retained message, see status_message.h.
struct StatusTopic {
  std::string topic;
  std::string gateway;
  std::string version;
  const Clock* clock = nullptr;  // outlives the uplink
};
// A proxy that is asked for a tunnel, by HTTP in plaintext.
struct Proxy {
  std::string host;  // as UplinkUrl's
  uint16_t port = 0;
  std::string user = {};           // empty: neither name nor password
  std::string password_file = {};  // its first line
  std::string HostAndPort() const;
  bool operator==(const Proxy&) const = default;
};

// A connection to an MQTT broker.
struct MqttOptions {
  forward::UplinkUrl url;
  // Tried in this order when the one before does not take us.
  std::vector<forward::UplinkUrl> others = {};
  std::optional<Proxy> proxy = {};
  std::optional<StatusTopic> status = {};
  // How to introduce ourselves; connect_timeout and will of it are not used, user name and password
  // only when there is no file.
  client::Options session = {};
  // Read again for each connection, so that what is renewed is used. User name and password are
  // the first line; certificates and key are PEM.
  std::string username_file = {};
  std::string password_file = {};
  std::string ca_file = {};    // required with mqtts
  std::string cert_file = {};  // with its chain; empty: no client certificate
  std::string key_file = {};
  std::vector<std::string> alpn = {};
  tls::Version tls_version = tls::Version::kTls12;  // the one that is offered
  // For the whole way to one server: files, name, connection, TLS, CONNACK.
  Duration connect_timeout = std::chrono::seconds(10);
};

}  // namespace sluice::uplink_mqtt
