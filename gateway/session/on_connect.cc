#include <algorithm>

#include "base/status.h"
#include "codec/connack.h"
#include "codec/connect.h"
#include "session/session.h"

namespace sluice::session {

using codec::ReasonCode;
using codec::Verdict;
using codec::Version;

void Session::OnConnect(const codec::Frame& frame, Output* out) {
  if (phase_ != Phase::kConnect) {
    return FailRule(Verdict::ProtocolError("[MQTT-3.1.0-2] a second CONNECT"), out);
  }
  const codec::Connect* connect = ReadConnect(frame, out);
  if (connect == nullptr) return;
  if (const Verdict verdict = CheckConnect(*connect); !verdict.ok()) {
    return Refuse(CloseCause::kRefused, verdict, out);
  }
  RememberConnect(*connect);
  StopTimers(out);
  phase_ = Phase::kConnectAnswer;
  out->actions.push_back(ConnectRequested{connect});
}

// Whom a malformed CONNECT came from cannot be told, so it gets no answer [MQTT-3.1.4-1]. One that
// can be read does, if it is of a version that has the words for it.
const codec::Connect* Session::ReadConnect(const codec::Frame& frame, Output* out) {
  codec::Connect& connect = packet_.emplace<codec::Connect>();
  Verdict verdict = codec::Decode(frame, &connect);
  version_ = connect.version;
  if (verdict.reason == ReasonCode::kUnsupportedProtocolVersion) {  // [MQTT-3.1.2-2]
    Refuse(CloseCause::kRefused, verdict, out);
    return nullptr;
  }
  if (!verdict.ok()) {
    FailMalformed(verdict, out);
    return nullptr;
  }
  verdict = codec::Validate(connect);
  if (verdict.ok()) return &connect;
  counters_.protocol_errors.Add();
  if (version_ == Version::kV5 || verdict.reason == ReasonCode::kClientIdentifierNotValid) {
    Refuse(CloseCause::kProtocolError, verdict, out);  // [MQTT-3.1.3-8]
  } else {
    End(CloseCause::kProtocolError, verdict, out);
  }
  return nullptr;
}

// What this server, or the rest of the connection, would not put up with in a correct CONNECT.
Verdict Session::CheckConnect(const codec::Connect& connect) {
  if (connect.client_id.size() > limits_.max_client_id_bytes) {
    counters_.client_ids_refused.Add();
    return {ReasonCode::kClientIdentifierNotValid, "the client identifier is too long"};
  }
  if (connect.properties.authentication_method.has_value()) {
    return {ReasonCode::kBadAuthenticationMethod, "[MQTT-4.12.0-1] no extended authentication"};
  }
  return connect.will.has_value() ? CheckWill(*connect.will) : Verdict{};
}

Verdict Session::CheckWill(const codec::Will& will) {
  if (static_cast<uint8_t>(will.qos) > capabilities_.maximum_qos) {
    return {ReasonCode::kQosNotSupported, "[MQTT-3.2.2-12] the will's QoS is not supported"};
  }
  if (will.retain && !capabilities_.retain) {
    return {ReasonCode::kRetainNotSupported, "[MQTT-3.2.2-13] a retained will is not supported"};
  }
  if (!TopicFits(will.topic)) {
    return {ReasonCode::kTopicNameInvalid, "the will's topic is too long or too deep"};
  }
  return {};
}

// Copies what is needed after the packet's bytes have gone.
void Session::RememberConnect(const codec::Connect& connect) {
  const codec::Properties& properties = connect.properties;
  const uint32_t never = UINT32_MAX;
  const uint32_t wanted_expiry = version_ == Version::kV5
                                     ? properties.session_expiry_interval.value_or(0)
                                     : (connect.clean_start ? 0 : never);
  clean_start_ = connect.clean_start;
  has_will_ = connect.will.has_value();
  client_receive_maximum_ = properties.receive_maximum.value_or(65'535);
  client_max_packet_bytes_ = properties.maximum_packet_size.value_or(codec::kMaxPacketBytes);
  session_expiry_seconds_ = std::min(wanted_expiry, limits_.max_session_expiry_seconds);
  session_expiry_lowered_ = session_expiry_seconds_ != wanted_expiry;
  keep_alive_seconds_ = connect.keep_alive_seconds;
  const uint16_t longest = limits_.max_keep_alive_seconds;
  keep_alive_lowered_ = version_ == Version::kV5 && longest != 0 &&
                        (keep_alive_seconds_ == 0 || keep_alive_seconds_ > longest);
  if (keep_alive_lowered_) keep_alive_seconds_ = longest;
}

void Session::AcceptConnect(MonotonicTime now, const ConnectAnswer& answer, SessionState* state,
                            Output* out) {
  if (phase_ != Phase::kConnectAnswer) return;
  SLUICE_CHECK(answer.session_present ? !clean_start_ : state->empty());  // [MQTT-3.2.2-2]
  codec::Connack connack;
  FillConnack(answer, &connack);
  if (!codec::EncodeWithin(connack, version_, client_max_packet_bytes_, &out->bytes)) {
    return End(CloseCause::kLimit, {ReasonCode::kPacketTooLarge, "CONNACK is too large for it"},
               out);
  }
  phase_ = Phase::kOpen;
  state_ = state;
  late_acknowledgements_ = answer.late_acknowledgements;
  if (!late_acknowledgements_) state_->inbound.ForgetHandedOut();
  StartKeepAlive(out);
  SendUnsent(now, out);
}

void Session::FillConnack(const ConnectAnswer& answer, codec::Connack* connack) const {
  connack->session_present = answer.session_present;
  if (version_ != Version::kV5) return;
  codec::Properties& p = connack->properties;
  p.receive_maximum = limits_.receive_maximum;
  p.maximum_packet_size = limits_.max_packet_bytes;
  p.topic_alias_maximum = limits_.topic_alias_maximum;
  if (!answer.assigned_client_id.empty()) p.assigned_client_identifier = answer.assigned_client_id;
  if (session_expiry_lowered_) p.session_expiry_interval = session_expiry_seconds_;
  if (keep_alive_lowered_) p.server_keep_alive = keep_alive_seconds_;
  // What is not said is available (section 3.2.2.3).
  if (capabilities_.maximum_qos < 2) p.maximum_qos = capabilities_.maximum_qos;
  if (!capabilities_.retain) p.retain_available = 0;
  if (!capabilities_.wildcard_subscriptions) p.wildcard_subscription_available = 0;
  if (!capabilities_.subscription_identifiers) p.subscription_identifier_available = 0;
  if (!capabilities_.shared_subscriptions) p.shared_subscription_available = 0;
}

void Session::RefuseConnect(ReasonCode reason, Output* out) {
  if (phase_ != Phase::kConnectAnswer) return;
  Refuse(CloseCause::kRefused, {reason, "the server refused the connection"}, out);
}

// A refused client has no session, so the session present flag is 0 [MQTT-3.2.2-6] and its will is
// void.
void Session::Refuse(CloseCause cause, Verdict verdict, Output* out) {
  codec::Connack connack;
  connack.reason =
      codec::IsLegal(verdict.reason, codec::PacketType::kConnack, codec::Sender::kServer)
          ? verdict.reason
          : ReasonCode::kUnspecifiedError;
  codec::Encode(connack, version_, &out->bytes);
  End(cause, verdict, out);
}

}  // namespace sluice::session
