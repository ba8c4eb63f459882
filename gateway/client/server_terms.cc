#include "client/server_terms.h"

#include <algorithm>

#include "base/probe.h"

namespace sluice::client {
namespace {

// What a server may say only when asked.
Fault CheckUnasked(const codec::Properties& p, const Options& options) {
  if (p.authentication_method) {
    return Fault::Rule("[MQTT-4.12.0-6] an authentication method that nobody asked for");
  }
  if (p.response_information) {
    return Fault::Rule("[MQTT-3.1.2-28] response information that nobody asked for");
  }
  if (options.client_id.empty() && p.assigned_client_identifier.value_or("").empty()) {
    return Fault::Rule("[MQTT-3.2.2-16] no client identifier was assigned");
  }
  return {};
}

// A link that is dead must be found even by a server's terms that leave us free.
uint16_t PingSeconds(uint16_t own, uint16_t servers) {
  if (own == 0 || servers == 0) return std::max(own, servers);
  if (servers < own) SLUICE_PROBE("mqtt client: the server has a shorter keep alive");
  return std::min(own, servers);
}

}  // namespace

Fault ServerTerms::Take(const codec::Connack& connack, const Options& options) {
  if (connack.session_present && options.clean_start) {
    return Fault::Rule("[MQTT-3.2.2-2] [MQTT-3.2.2-4] a session is present after a clean start");
  }
  session_present_ = connack.session_present;
  ping_seconds_ = options.keep_alive_seconds;
  if (!is_v5()) return {};
  const codec::Properties& p = connack.properties;
  if (const Fault fault = CheckUnasked(p, options)) return fault;
  if (options.client_id.empty()) client_id_ = *p.assigned_client_identifier;
  session_expiry_seconds_ = p.session_expiry_interval.value_or(options.session_expiry_seconds);
  keep_alive_seconds_ = p.server_keep_alive.value_or(options.keep_alive_seconds);
  ping_seconds_ = PingSeconds(options.keep_alive_seconds, keep_alive_seconds_);
  receive_maximum_ = p.receive_maximum.value_or(receive_maximum_);
  maximum_qos_ = static_cast<codec::Qos>(p.maximum_qos.value_or(2));
  max_packet_bytes_ = p.maximum_packet_size.value_or(max_packet_bytes_);
  topic_alias_maximum_ = p.topic_alias_maximum.value_or(0);
  retain_available_ = p.retain_available.value_or(1) != 0;
  wildcards_available_ = p.wildcard_subscription_available.value_or(1) != 0;
  subscription_ids_available_ = p.subscription_identifier_available.value_or(1) != 0;
  shared_available_ = p.shared_subscription_available.value_or(1) != 0;
  return {};
}

}  // namespace sluice::client
