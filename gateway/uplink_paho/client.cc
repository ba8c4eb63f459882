#include "uplink_paho/client.h"

#include <fmt/format.h>

#include "base/log.h"
#include "codec/reason_code.h"

namespace sluice::uplink_paho {
namespace {

struct Scheme {
  std::string_view url;
  std::string_view paho;
  std::string_view default_port;
};
constexpr Scheme kPlain = {"mqtt://", "tcp://", ":1883"};
constexpr Scheme kTls = {"mqtts://", "ssl://", ":8883"};

bool IsTls(const std::string& url) { return url.starts_with(kTls.url); }
const Scheme& SchemeOf(const std::string& url) { return IsTls(url) ? kTls : kPlain; }

bool HasPort(std::string_view authority) {
  const size_t colon = authority.rfind(':');
  return colon != authority.npos && authority.find(']', colon) == authority.npos;
}

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

Status CheckPahoOptions(const PahoOptions& options) {
  const std::string& url = options.url;
  if (!url.starts_with(kPlain.url) && !IsTls(url)) {
    return Status::InvalidArgument(
        fmt::format("url \"{}\" must begin with mqtt:// or mqtts://", url));
  }
  const std::string_view authority = std::string_view(url).substr(SchemeOf(url).url.size());
  if (authority.empty() || authority.front() == ':' || authority.find('/') != authority.npos) {
    return Status::InvalidArgument(
        fmt::format("url \"{}\" must name a host, and nothing after it "
                    "but a port",
                    url));
  }
  if (IsTls(url) && options.ca_file.empty()) {
    return Status::InvalidArgument(
        fmt::format("url \"{}\" needs a ca file to know the broker by", url));
  }
  if (options.cert_file.empty() != options.key_file.empty()) {
    return Status::InvalidArgument("a client certificate needs both a cert and a key file");
  }
  return Status::Ok();
}

std::string PahoUri(const std::string& url) {
  const Scheme& scheme = SchemeOf(url);
  std::string authority = url.substr(scheme.url.size());
  if (!HasPort(authority)) authority.append(scheme.default_port);
  return std::string(scheme.paho) + authority;
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
  if (IsTls(options.url)) connect.set_ssl(TlsOptions(options));
  return connect;
}

std::string Failure::ToString() const {
  if (code == 0) return Printable(text);
  return fmt::format("{} (0x{:02X}){}{}",
                     codec::ReasonCodeName(static_cast<codec::ReasonCode>(code)), code,
                     text.empty() ? "" : " ", Printable(text));
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
