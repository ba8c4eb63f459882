#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "codec/protocol.h"
#include "forward/uplink_url.h"

namespace sluice::uplink_paho {

inline constexpr forward::UplinkScheme kSchemes[] = {{"mqtt", false, 1883}, {"mqtts", true, 8883}};

// A connection to an MQTT broker.
struct PahoOptions {
  forward::UplinkUrl url;
  std::string client_id;
  codec::Version version = codec::Version::kV5;
  std::string username;
  std::string password;
  std::string ca_file;    // PEM; required with mqtts
  std::string cert_file;  // PEM, with its chain; empty: no client certificate
  std::string key_file;   // PEM
  std::chrono::seconds keep_alive{30};
  std::chrono::seconds connect_timeout{10};
  uint16_t max_in_flight = 256;  // publishes that wait for their acknowledgement
  // Announced with MQTT 5: the peer must send nothing larger. 0: nothing is announced. Paho itself
  // does not enforce it.
  uint32_t max_packet_bytes = 0;
  bool clean_start = true;
  uint32_t session_expiry_seconds = 0;  // MQTT 5, without clean_start
};

}  // namespace sluice::uplink_paho
