// How a connection begins: CONNECT and CONNACK.

#include "base/probe.h"
#include "client/client.h"
#include "client/read_packet.h"
#include "codec/connack.h"
#include "codec/connect.h"

namespace sluice::client {
namespace {

using codec::ReasonCode;
using codec::Version;

codec::Will ToWill(const Will& will, codec::RepeatedPropertyBuilder* user_properties) {
  codec::Will packet;
  packet.qos = will.qos;
  packet.retain = will.retain;
  packet.topic = will.topic;
  packet.payload = AsBytes(will.payload);
  codec::Properties& p = packet.properties;
  p.will_delay_interval = will.delay_seconds;
  p.message_expiry_interval = will.message_expiry_seconds;
  if (will.payload_is_text) p.payload_format_indicator = 1;
  if (!will.content_type.empty()) p.content_type = will.content_type;
  if (!will.response_topic.empty()) p.response_topic = will.response_topic;
  if (!will.correlation_data.empty()) p.correlation_data = AsBytes(will.correlation_data);
  for (const auto& [name, value] : will.user_properties) {
    user_properties->AddUserProperty(name, value);
  }
  p.user_properties = user_properties->user_properties();
  return packet;
}

// What is said although it is the default costs bytes, and what is not said is the default.
codec::Properties ConnectProperties(const Options& options) {
  codec::Properties p;
  if (options.session_expiry_seconds != 0) {
    p.session_expiry_interval = options.session_expiry_seconds;
  }
  if (options.receive_maximum != 65'535) p.receive_maximum = options.receive_maximum;
  p.maximum_packet_size = options.max_packet_bytes;
  if (options.topic_alias_maximum != 0) p.topic_alias_maximum = options.topic_alias_maximum;
  return p;
}

// A server that knows only 3.1.1 says so in the only form it knows, which lacks the length of the
// properties.
bool SaysOtherVersion(const codec::Frame& frame, Version version) {
  return version == Version::kV5 && frame.body.size() == 2 && frame.body[0] == 0 &&
         frame.body[1] == codec::ToReturnCode311(ReasonCode::kUnsupportedProtocolVersion);
}

}  // namespace

void Client::Start(MonotonicTime now, Output* out) {
  if (phase_ != Phase::kNew) return;
  phase_ = Phase::kConnecting;
  connack_due_ = now + options_.connect_timeout;
  SendConnect(out);
}

void Client::SendConnect(Output* out) const {
  codec::Connect connect;
  codec::RepeatedPropertyBuilder will_properties;
  connect.version = options_.version;
  connect.clean_start = options_.clean_start;
  connect.keep_alive_seconds = options_.keep_alive_seconds;
  connect.client_id = options_.client_id;
  if (options_.will) connect.will = ToWill(*options_.will, &will_properties);
  connect.user_name = options_.user_name;
  if (options_.password) connect.password = AsBytes(*options_.password);
  connect.properties = ConnectProperties(options_);
  codec::Encode(connect, &out->bytes);
}

Fault Client::OnConnack(MonotonicTime now, const codec::Frame& frame, Output* out) {
  if (SaysOtherVersion(frame, options_.version)) {
    SLUICE_PROBE("mqtt client: the server answers in another version");
    Finish({.cause = EndCause::kRefused,
            .reason = ReasonCode::kUnsupportedProtocolVersion,
            .detail = "it answers in the form of MQTT 3.1.1"},
           out);
    return {};
  }
  codec::Connack connack;
  if (const Fault fault = ReadPacket(frame, options_.version, &connack)) return fault;
  if (codec::IsError(connack.reason)) {
    SLUICE_PROBE("mqtt client: the server refuses the connection");
    Finish({.cause = EndCause::kRefused,
            .reason = connack.reason,
            .reason_string = std::string(connack.properties.reason_string.value_or("")),
            .server_reference = std::string(connack.properties.server_reference.value_or(""))},
           out);
    return {};
  }
  if (const Fault fault = terms_.Take(connack, options_)) return fault;
  phase_ = Phase::kOpen;
  keep_alive_.Start(now, terms_.ping_seconds(), options_.ping_timeout);
  outbound_.Open();
  inbound_.Open();
  out->actions.push_back(Connected{&terms_});
  return {};
}

}  // namespace sluice::client
