#include "uplink_paho/client.h"

#include <fmt/format.h>

#include "base/log.h"
#include "codec/reason_code.h"

namespace sluice::uplink_paho {
namespace {

mqtt::ssl_options TlsOptions(const PahoOptions& options) {
  mqtt::ssl_options tls;
  tls.set_trust_store(options.ca_file);
  if (!options.cert_file.empty()) tls.set_key_store(options.cert_file);
  if (!options.key_file.empty()) tls.set_private_key(options.key_file);
  tls.set_enable_server_cert_auth(true);
  tls.set_verify(true);  // also that the certificate is this host's
  return tls;
}

int PahoVersion(codec::Version version) {
  return version == codec::Version::kV5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1;
}

}  // namespace

std::string PahoUri(const forward::UplinkUrl& url) {
  return (url.scheme.tls ? "ssl://" : "tcp://") + url.HostAndPort();
}

std::unique_ptr<mqtt::async_client> MakePahoClient(const PahoOptions& options) {
  mqtt::create_options create(PahoVersion(options.version));
  // Bounds Paho's own queue; what it does not take would end the connection.
  create.set_max_buffered_messages(options.max_in_flight);
  return std::make_unique<mqtt::async_client>(PahoUri(options.url), options.client_id, create);
}

mqtt::connect_options PahoConnectOptions(const PahoOptions& options) {
  mqtt::connect_options connect;
  connect.set_mqtt_version(PahoVersion(options.version));
  if (options.version == codec::Version::kV5) {
    connect.set_clean_start(options.clean_start);
    mqtt::properties properties;
    properties.add({mqtt::property::SESSION_EXPIRY_INTERVAL,
                    static_cast<int32_t>(options.session_expiry_seconds)});
    if (options.max_packet_bytes != 0) {
      properties.add(
          {mqtt::property::MAXIMUM_PACKET_SIZE, static_cast<int32_t>(options.max_packet_bytes)});
    }
    connect.set_properties(std::move(properties));
  } else {
    connect.set_clean_session(options.clean_start);
  }
  connect.set_automatic_reconnect(false);
  connect.set_keep_alive_interval(options.keep_alive);
  connect.set_connect_timeout(options.connect_timeout);
  connect.set_max_inflight(options.max_in_flight);
  if (!options.username.empty()) connect.set_user_name(options.username);
  if (!options.password.empty()) connect.set_password(options.password);
  if (options.url.scheme.tls) connect.set_ssl(TlsOptions(options));
  return connect;
}

void DisconnectPaho(mqtt::async_client& client, std::chrono::milliseconds limit) {
  try {
    if (client.is_connected()) client.disconnect()->wait_for(limit);
  } catch (const std::exception&) {
    return;  // It was disconnected already, which is all that is wanted.
  }
}

std::string Failure::ToString() const {
  if (code == 0) return Printable(text);
  return fmt::format("{} (0x{:02X}){}{}{}{}",
                     codec::ReasonCodeName(static_cast<codec::ReasonCode>(code)), code,
                     text.empty() ? "" : " ", Printable(text), advice.empty() ? "" : "; ", advice);
}

Failure PahoFailure(int return_code, int reason_code, codec::Version version) {
  Failure failure;
  if (version == codec::Version::kV5) {
    failure.code = static_cast<uint8_t>(reason_code);
  } else if (codec::ReasonCode refused;
             return_code > 0 &&
             codec::FromReturnCode311(static_cast<uint8_t>(return_code), &refused)) {
    failure.code = static_cast<uint8_t>(refused);
  }
  if (failure.code == 0 && return_code >= 0x80 && return_code <= 0xFF)
    failure.code = static_cast<uint8_t>(return_code);
  if (failure.code == 0) failure.text = mqtt::exception::error_str(return_code);
  return failure;
}

ConnackLimits PahoLimits(const mqtt::token& connect_token, codec::Version version) {
  ConnackLimits limits;
  if (version != codec::Version::kV5) return limits;
  const mqtt::connect_response response = connect_token.get_connect_response();
  const mqtt::properties& properties = response.get_properties();
  if (properties.contains(mqtt::property::RECEIVE_MAXIMUM)) {
    limits.receive_maximum = mqtt::get<uint16_t>(properties, mqtt::property::RECEIVE_MAXIMUM);
  }
  if (properties.contains(mqtt::property::MAXIMUM_PACKET_SIZE)) {
    limits.maximum_packet_bytes =
        mqtt::get<uint32_t>(properties, mqtt::property::MAXIMUM_PACKET_SIZE);
  }
  limits.takes_qos1 = !properties.contains(mqtt::property::MAXIMUM_QOS) ||
                      mqtt::get<uint8_t>(properties, mqtt::property::MAXIMUM_QOS) > 0;
  return limits;
}

}  // namespace sluice::uplink_paho
