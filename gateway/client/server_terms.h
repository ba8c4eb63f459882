#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "client/end.h"
#include "client/options.h"
#include "codec/connack.h"
#include "codec/protocol.h"

namespace sluice::client {

// What the server's CONNACK binds us to. Until it came, and where it does not say, the defaults of
// MQTT 5, which are also all that 3.1.1 knows.
class ServerTerms {
 public:
  explicit ServerTerms(const Options& options)
      : version_(options.version),
        client_id_(options.client_id),
        session_expiry_seconds_(options.session_expiry_seconds),
        keep_alive_seconds_(options.keep_alive_seconds) {}

  // A CONNACK that was decoded, validated, and says yes.
  Fault Take(const codec::Connack& connack, const Options& options);

  codec::Version version() const { return version_; }
  bool is_v5() const { return version_ == codec::Version::kV5; }
  bool session_present() const { return session_present_; }
  // Ours, or the one that the server made for us [MQTT-3.2.2-16].
  const std::string& client_id() const { return client_id_; }
  uint32_t session_expiry_seconds() const { return session_expiry_seconds_; }
  // The server's, if it has one [MQTT-3.2.2-21]; 0: we are free.
  uint16_t keep_alive_seconds() const { return keep_alive_seconds_; }
  // How often a silent connection is tried: we may ask more often than we must.
  uint16_t ping_seconds() const { return ping_seconds_; }
  uint16_t receive_maximum() const { return receive_maximum_; }          // [MQTT-3.3.4-9]
  codec::Qos maximum_qos() const { return maximum_qos_; }                // [MQTT-3.2.2-11]
  bool retain_available() const { return retain_available_; }            // [MQTT-3.2.2-14]
  uint32_t max_packet_bytes() const { return max_packet_bytes_; }        // [MQTT-3.2.2-15]
  uint16_t topic_alias_maximum() const { return topic_alias_maximum_; }  // [MQTT-3.2.2-18]
  bool wildcards_available() const { return wildcards_available_; }
  bool subscription_ids_available() const { return subscription_ids_available_; }
  bool shared_available() const { return shared_available_; }

 private:
  codec::Version version_;
  std::string client_id_;
  uint32_t session_expiry_seconds_;
  uint16_t keep_alive_seconds_;
  uint16_t ping_seconds_ = 0;
  uint16_t receive_maximum_ = 65'535;
  codec::Qos maximum_qos_ = codec::Qos::kExactlyOnce;
  uint32_t max_packet_bytes_ = codec::kMaxPacketBytes;
  uint16_t topic_alias_maximum_ = 0;
  bool session_present_ = false;
  bool retain_available_ = true;
  bool wildcards_available_ = true;
  bool subscription_ids_available_ = true;
  bool shared_available_ = true;
};

}  // namespace sluice::client
