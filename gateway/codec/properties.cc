#include "codec/properties.h"

#include "codec/packet_reader.h"
#include "codec/packet_writer.h"
#include "codec/topic.h"
#include "codec/varint.h"

namespace sluice::codec {
namespace {

// Calls `visitor` with the field of this property. The two that may come repeatedly have no such
// field.
template <typename AnyProperties, typename Visitor>
void VisitField(PropertyId id, AnyProperties& p, Visitor visitor) {
  switch (id) {
      // clang-format off
    case PropertyId::kPayloadFormatIndicator: return visitor(p.payload_format_indicator);
    case PropertyId::kMessageExpiryInterval: return visitor(p.message_expiry_interval);
    case PropertyId::kContentType: return visitor(p.content_type);
    case PropertyId::kResponseTopic: return visitor(p.response_topic);
    case PropertyId::kCorrelationData: return visitor(p.correlation_data);
    case PropertyId::kSessionExpiryInterval: return visitor(p.session_expiry_interval);
    case PropertyId::kAssignedClientIdentifier: return visitor(p.assigned_client_identifier);
    case PropertyId::kServerKeepAlive: return visitor(p.server_keep_alive);
    case PropertyId::kAuthenticationMethod: return visitor(p.authentication_method);
    case PropertyId::kAuthenticationData: return visitor(p.authentication_data);
    case PropertyId::kRequestProblemInformation: return visitor(p.request_problem_information);
    case PropertyId::kWillDelayInterval: return visitor(p.will_delay_interval);
    case PropertyId::kRequestResponseInformation: return visitor(p.request_response_information);
    case PropertyId::kResponseInformation: return visitor(p.response_information);
    case PropertyId::kServerReference: return visitor(p.server_reference);
    case PropertyId::kReasonString: return visitor(p.reason_string);
    case PropertyId::kReceiveMaximum: return visitor(p.receive_maximum);
    case PropertyId::kTopicAliasMaximum: return visitor(p.topic_alias_maximum);
    case PropertyId::kTopicAlias: return visitor(p.topic_alias);
    case PropertyId::kMaximumQos: return visitor(p.maximum_qos);
    case PropertyId::kRetainAvailable: return visitor(p.retain_available);
    case PropertyId::kMaximumPacketSize: return visitor(p.maximum_packet_size);
    case PropertyId::kWildcardSubscriptionAvailable:
      return visitor(p.wildcard_subscription_available);
    case PropertyId::kSubscriptionIdentifierAvailable:
      return visitor(p.subscription_identifier_available);
    case PropertyId::kSharedSubscriptionAvailable: return visitor(p.shared_subscription_available);
    case PropertyId::kUserProperty:
    case PropertyId::kSubscriptionIdentifier: return;
      // clang-format on
  }
}

void Read(PacketReader* in, uint8_t* value) { *value = in->ReadU8(); }
void Read(PacketReader* in, uint16_t* value) { *value = in->ReadU16(); }
void Read(PacketReader* in, uint32_t* value) { *value = in->ReadU32(); }
void Read(PacketReader* in, std::string_view* value) { *value = in->ReadText(); }
void Read(PacketReader* in, ByteSpan* value) { *value = in->ReadBinary(); }

void Append(uint8_t value, ByteBuffer* out) { out->AppendU8(value); }
void Append(uint16_t value, ByteBuffer* out) { out->AppendBe16(value); }
void Append(uint32_t value, ByteBuffer* out) { out->AppendBe32(value); }
void Append(std::string_view value, ByteBuffer* out) { AppendText(value, out); }
void Append(ByteSpan value, ByteBuffer* out) { AppendBinary(value, out); }

void AppendId(PropertyId id, ByteBuffer* out) { out->AppendU8(static_cast<uint8_t>(id)); }

bool InRange(const PropertyInfo& info, uint32_t value) {
  return value >= info.min && value <= info.max;
}
bool InRange(const PropertyInfo&, std::string_view) { return true; }
bool InRange(const PropertyInfo&, ByteSpan) { return true; }

// How many of the properties that may come repeatedly did.
struct RepeatedCounts {
  size_t user_properties = 0;
  size_t subscription_ids = 0;
};

void DecodeRepeated(PropertyId id, PacketReader* in, RepeatedCounts* counts) {
  if (id == PropertyId::kUserProperty) {
    in->ReadText();  // [MQTT-1.5.7-1] both are strings.
    in->ReadText();
    ++counts->user_properties;
  } else if (id == PropertyId::kSubscriptionIdentifier) {
    in->ReadVarint();
    ++counts->subscription_ids;
  }
}

void DecodeOne(PacketReader* in, PacketType owner, Properties* out, RepeatedCounts* counts) {
  const PropertyInfo* info = FindProperty(in->ReadVarint());
  if (!in->ok()) return;
  if (info == nullptr) return in->Fail("(2.2.2.2) a property that does not exist");
  if ((info->owners & MaskOf(owner)) == 0) {
    return in->Fail("(2.2.2.2) a property that does not belong into this packet");
  }
  bool repeated = info->id == PropertyId::kSubscriptionIdentifier && counts->subscription_ids > 0;
  DecodeRepeated(info->id, in, counts);
  VisitField(info->id, *out, [&](auto& field) {
    repeated = field.has_value();
    Read(in, &field.emplace());
  });
  if (repeated && (info->repeatable & MaskOf(owner)) == 0) out->duplicate = info->id;
}

Verdict ValidateSubscriptionIds(const SubscriptionIds& ids) {
  const PropertyInfo* info =
      FindProperty(static_cast<uint32_t>(PropertyId::kSubscriptionIdentifier));
  for (const uint32_t id : ids) {
    if (!InRange(*info, id)) return info->out_of_range;
  }
  return {};
}

Verdict ValidateRange(const PropertyInfo& info, const Properties& properties) {
  Verdict verdict;
  VisitField(info.id, properties, [&](const auto& field) {
    if (field.has_value() && !InRange(info, *field)) verdict = info.out_of_range;
  });
  return verdict;
}

void EncodeRepeated(PropertyId id, const Properties& properties, ByteBuffer* out) {
  if (id == PropertyId::kUserProperty) {
    for (const UserProperty& property : properties.user_properties) {
      AppendId(id, out);
      AppendText(property.name, out);
      AppendText(property.value, out);
    }
  } else if (id == PropertyId::kSubscriptionIdentifier) {
    for (const uint32_t subscription_id : properties.subscription_ids) {
      AppendId(id, out);
      AppendVarint(subscription_id, out);
    }
  }
}

}  // namespace

bool Properties::empty() const {
  bool empty = user_properties.empty() && subscription_ids.empty();
  for (const PropertyInfo& info : PropertyTable()) {
    VisitField(info.id, *this, [&](const auto& field) { empty = empty && !field.has_value(); });
  }
  return empty;
}

void DecodeProperties(PacketReader* in, PacketType owner, Properties* out) {
  const ByteSpan section = in->ReadBytes(in->ReadVarint());
  if (section.empty()) return;
  PacketReader properties(section);
  RepeatedCounts counts;
  while (properties.remaining() > 0) DecodeOne(&properties, owner, out, &counts);
  in->Absorb(properties);
  if (!in->ok()) return;
  out->user_properties = {section, counts.user_properties};
  out->subscription_ids = {section, counts.subscription_ids};
}

Verdict ValidateProperties(const Properties& properties, PacketType owner) {
  if (properties.duplicate) {
    return Verdict::ProtocolError("(2.2.2.2) a property that may come once came twice");
  }
  for (const PropertyInfo* info : PropertiesOf(owner)) {
    if (Verdict verdict = ValidateRange(*info, properties); !verdict.ok()) return verdict;
  }
  if (properties.response_topic && !IsTopicName(*properties.response_topic)) {
    return Verdict::ProtocolError("[MQTT-3.3.2-14] a response topic that is no topic name");
  }
  if (properties.authentication_data && !properties.authentication_method) {
    return Verdict::ProtocolError("(3.1.2.11.10) authentication data without a method");
  }
  return ValidateSubscriptionIds(properties.subscription_ids);
}

void EncodeProperties(const Properties& properties, PacketType owner, ByteBuffer* out) {
  const LengthPrefix length(out);
  for (const PropertyInfo* info : PropertiesOf(owner)) {
    EncodeRepeated(info->id, properties, out);
    VisitField(info->id, properties, [&](const auto& field) {
      if (!field.has_value()) return;
      AppendId(info->id, out);
      Append(*field, out);
    });
  }
}

}  // namespace sluice::codec
