#include "config/paho_uplink.h"

#include <utility>

#include "uplink_paho/options.h"

namespace sluice::config {

Result<uplink_paho::PahoOptions> MakePahoOptions(const UplinkConfig& uplink) {
  uplink_paho::PahoOptions options;
  options.url = uplink.url;
  options.client_id = uplink.client_id;
  options.version = uplink.mqtt_version;
  options.username = uplink.username;
  options.ca_file = uplink.ca;
  options.cert_file = uplink.cert;
  options.key_file = uplink.key;
  options.keep_alive = std::chrono::duration_cast<std::chrono::seconds>(uplink.keep_alive);
  options.connect_timeout = PahoConnectTimeout(uplink);
  options.max_packet_bytes = kMaxPacketFromUpstream;
  if (uplink.password_file.empty()) return options;
  auto password = ReadPasswordFile(uplink.password_file);
  if (!password.ok()) return password.status();
  options.password = std::move(*password);
  return options;
}

}  // namespace sluice::config
