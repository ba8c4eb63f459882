#include "codec/outgoing_publish.h"

#include <algorithm>
#include <cstring>

#include "base/status.h"
#include "codec/property_table.h"
#include "codec/varint.h"

namespace sluice::codec {
namespace {

constexpr size_t FieldSize(size_t length) { return 2 + length; }

// With its identifier, if it is sent at all.
constexpr size_t OptionalSize(size_t length) { return length == 0 ? 0 : 1 + FieldSize(length); }

size_t PropertiesSize(const OutgoingPublish& p) {
  size_t size = (p.payload_is_text ? 2 : 0) + (p.message_expiry_interval ? 5 : 0) +
                OptionalSize(p.content_type.size()) + OptionalSize(p.response_topic.size()) +
                OptionalSize(p.correlation_data.size()) + (p.topic_alias != 0 ? 3 : 0);
  for (const UserProperty& property : p.user_properties) {
    size += 1 + FieldSize(property.name.size()) + FieldSize(property.value.size());
  }
  return size;
}

// What the remaining length counts.
size_t BodySize(const OutgoingPublish& p, Version version, size_t properties) {
  const size_t id = p.qos == Qos::kAtMostOnce ? 0 : 2;
  const size_t size = FieldSize(p.topic.size()) + id + p.payload.size();
  if (version == Version::kV311) return size;
  return size + VarintSize(static_cast<uint32_t>(properties)) + properties;
}

// Writes where there is room.
class Pen {
 public:
  explicit Pen(uint8_t* at) : at_(at) {}
  void U8(unsigned value) { *at_++ = static_cast<uint8_t>(value); }
  void U16(uint16_t value) {
    StoreBe16(at_, value);
    at_ += 2;
  }
  void U32(uint32_t value) {
    StoreBe32(at_, value);
    at_ += 4;
  }
  void Varint(size_t value) { at_ += StoreVarint(at_, static_cast<uint32_t>(value)); }
  void Bytes(ByteSpan bytes) {
    if (!bytes.empty()) std::memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }
  void Field(ByteSpan bytes) {
    U16(static_cast<uint16_t>(bytes.size()));
    Bytes(bytes);
  }
  void Id(PropertyId id) { U8(static_cast<uint8_t>(id)); }
  void Optional(PropertyId id, ByteSpan bytes) {
    if (bytes.empty()) return;
    Id(id);
    Field(bytes);
  }
  const uint8_t* at() const { return at_; }

 private:
  uint8_t* at_;
};

// In the order of the identifiers, as EncodeProperties.
void WriteProperties(const OutgoingPublish& p, Pen* pen) {
  if (p.payload_is_text) {
    pen->Id(PropertyId::kPayloadFormatIndicator);
    pen->U8(1);
  }
  if (p.message_expiry_interval) {
    pen->Id(PropertyId::kMessageExpiryInterval);
    pen->U32(*p.message_expiry_interval);
  }
  pen->Optional(PropertyId::kContentType, AsBytes(p.content_type));
  pen->Optional(PropertyId::kResponseTopic, AsBytes(p.response_topic));
  pen->Optional(PropertyId::kCorrelationData, p.correlation_data);
  if (p.topic_alias != 0) {
    pen->Id(PropertyId::kTopicAlias);
    pen->U16(p.topic_alias);
  }
  for (const UserProperty& property : p.user_properties) {
    pen->Id(PropertyId::kUserProperty);
    pen->Field(AsBytes(property.name));
    pen->Field(AsBytes(property.value));
  }
}

unsigned FirstByte(const OutgoingPublish& p) {
  return static_cast<unsigned>(PacketType::kPublish) << 4 | (p.dup ? 8u : 0u) |
         static_cast<unsigned>(p.qos) << 1 | (p.retain ? 1u : 0u);
}

bool FieldFits(size_t length) { return length <= kMaxFieldBytes; }

}  // namespace

bool IsEncodable(const OutgoingPublish& p, Version version) {
  if (!FieldFits(p.topic.size())) return false;
  size_t properties = 0;
  if (version == Version::kV5) {
    const bool fit = FieldFits(p.content_type.size()) && FieldFits(p.response_topic.size()) &&
                     FieldFits(p.correlation_data.size()) &&
                     std::ranges::all_of(p.user_properties, [](const UserProperty& property) {
                       return FieldFits(property.name.size()) && FieldFits(property.value.size());
                     });
    if (!fit) return false;
    properties = PropertiesSize(p);
    if (properties > kMaxVarint) return false;
  }
  return BodySize(p, version, properties) <= kMaxVarint;
}

size_t EncodedSize(const OutgoingPublish& p, Version version) {
  const size_t body = BodySize(p, version, version == Version::kV5 ? PropertiesSize(p) : 0);
  return 1 + VarintSize(static_cast<uint32_t>(body)) + body;
}

void Encode(const OutgoingPublish& p, Version version, ByteBuffer* out) {
  const size_t properties = version == Version::kV5 ? PropertiesSize(p) : 0;
  const size_t body = BodySize(p, version, properties);
  const size_t size = 1 + VarintSize(static_cast<uint32_t>(body)) + body;
  uint8_t* const start = out->Extend(size);
  Pen pen(start);
  pen.U8(FirstByte(p));
  pen.Varint(body);
  pen.Field(AsBytes(p.topic));
  if (p.qos != Qos::kAtMostOnce) pen.U16(p.packet_id);
  if (version == Version::kV5) {
    pen.Varint(properties);
    WriteProperties(p, &pen);
  }
  pen.Bytes(p.payload);
  SLUICE_CHECK(pen.at() == start + size);
}

}  // namespace sluice::codec
