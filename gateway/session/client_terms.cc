#include "session/client_terms.h"

#include <algorithm>

#include "base/status.h"
#include "codec/payload_format.h"
#include "codec/utf8.h"

namespace sluice::session {

using codec::ReasonCode;
using codec::Verdict;

Verdict ClientTerms::Check(const codec::Connect& connect) const {
  if (connect.is_31 && !capabilities_.mqtt_31) {
    return {ReasonCode::kUnsupportedProtocolVersion,
            "MQTT 3.1 is not taken here (mqtt.version_31)"};
  }
  if (connect.client_id.size() > limits_.max_client_id_bytes) {
    counters_.client_ids_refused.Add();
    return {ReasonCode::kClientIdentifierNotValid, "the client identifier is too long"};
  }
  if (const Verdict verdict = CheckControl(connect); !verdict.ok()) return verdict;
  if (connect.properties.authentication_method.has_value()) {
    return {ReasonCode::kBadAuthenticationMethod, "[MQTT-4.12.0-1] no extended authentication"};
  }
  return connect.will.has_value() ? CheckWill(*connect.will) : Verdict{};
}

Verdict ClientTerms::CheckControl(const codec::Connect& connect) const {
  if (limits_.control_characters) return {};
  Verdict verdict;
  if (codec::HasControl(connect.client_id)) {
    verdict = {ReasonCode::kClientIdentifierNotValid, "a control character in the client id"};
  } else if (connect.user_name && codec::HasControl(*connect.user_name)) {
    verdict = {ReasonCode::kBadUserNameOrPassword, "a control character in the user name"};
  } else if (connect.will && codec::HasControl(connect.will->topic)) {
    verdict = {ReasonCode::kTopicNameInvalid, "a control character in the will's topic"};
  }
  if (!verdict.ok()) counters_.control_characters.Add();
  return verdict;
}

Verdict ClientTerms::CheckWill(const codec::Will& will) const {
  if (static_cast<uint8_t>(will.qos) > capabilities_.maximum_qos) {
    return {ReasonCode::kQosNotSupported, "[MQTT-3.2.2-12] the will's QoS is not supported"};
  }
  if (will.retain && !capabilities_.retain) {
    return {ReasonCode::kRetainNotSupported, "[MQTT-3.2.2-13] a retained will is not supported"};
  }
  if (!TopicFits(will.topic, limits_)) {
    counters_.topics_refused.Add();
    return {ReasonCode::kTopicNameInvalid, "the will's topic is too long or too deep"};
  }
  if (capabilities_.check_payload_format && !codec::FormatFits(will.properties, will.payload)) {
    counters_.payload_formats_refused.Add();
    return {ReasonCode::kPayloadFormatInvalid, "the will's payload is not the UTF-8 that it says"};
  }
  return {};
}

void ClientTerms::Bind(const codec::Connect& connect) {
  version_ = connect.version;
  clean_start_ = connect.clean_start;
  has_will_ = connect.will.has_value();
  receive_maximum_ = connect.properties.receive_maximum.value_or(65'535);
  topic_alias_maximum_ = connect.properties.topic_alias_maximum.value_or(0);
  max_packet_bytes_ = connect.properties.maximum_packet_size.value_or(codec::kMaxPacketBytes);
  BindSessionExpiry(connect);
  BindKeepAlive(connect.keep_alive_seconds);
}

void ClientTerms::BindSessionExpiry(const codec::Connect& connect) {
  const uint32_t never = UINT32_MAX;
  const uint32_t wanted = is_v5() ? connect.properties.session_expiry_interval.value_or(0)
                                  : (connect.clean_start ? 0 : never);
  session_expiry_seconds_ = std::min(wanted, limits_.max_session_expiry_seconds);
  session_expiry_lowered_ = session_expiry_seconds_ != wanted;
}

void ClientTerms::BindKeepAlive(uint16_t wanted_seconds) {
  const uint16_t longest = limits_.max_keep_alive_seconds;
  keep_alive_lowered_ =
      is_v5() && longest != 0 && (wanted_seconds == 0 || wanted_seconds > longest);
  keep_alive_seconds_ = keep_alive_lowered_ ? longest : wanted_seconds;
}

void ClientTerms::FillConnack(const ConnectAnswer& answer, codec::Connack* connack) const {
  connack->session_present = answer.session_present;
  if (!is_v5()) return;
  codec::Properties& p = connack->properties;
  p.receive_maximum = limits_.receive_maximum;
  p.maximum_packet_size = limits_.max_packet_bytes;
  p.topic_alias_maximum = limits_.topic_alias_maximum;
  if (!answer.assigned_client_id.empty()) p.assigned_client_identifier = answer.assigned_client_id;
  if (!answer.response_information.empty()) p.response_information = answer.response_information;
  if (session_expiry_lowered_) p.session_expiry_interval = session_expiry_seconds_;
  if (keep_alive_lowered_) p.server_keep_alive = keep_alive_seconds_;
  // What is not said is available (section 3.2.2.3).
  if (capabilities_.maximum_qos < 2) p.maximum_qos = capabilities_.maximum_qos;
  if (!capabilities_.retain) p.retain_available = 0;
  if (!capabilities_.wildcard_subscriptions) p.wildcard_subscription_available = 0;
  if (!capabilities_.subscription_identifiers) p.subscription_identifier_available = 0;
  if (!capabilities_.shared_subscriptions) p.shared_subscription_available = 0;
}

bool ClientTerms::ChangeSessionExpiry(uint32_t wanted_seconds) {
  if (session_expiry_seconds_ == 0 && wanted_seconds != 0) return false;  // Section 3.14.2.2.2.
  session_expiry_seconds_ = std::min(wanted_seconds, limits_.max_session_expiry_seconds);
  return true;
}

void ClientTerms::CheckInvariants() const {
  SLUICE_CHECK(receive_maximum_ != 0 && max_packet_bytes_ != 0);
  SLUICE_CHECK(session_expiry_seconds_ <= limits_.max_session_expiry_seconds);
  SLUICE_CHECK(!keep_alive_lowered_ || is_v5());
  SLUICE_CHECK(!keep_alive_lowered_ || keep_alive_seconds_ == limits_.max_keep_alive_seconds);
}

}  // namespace sluice::session
