#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/byte_buffer.h"
#include "base/bytes.h"
#include "codec/property_table.h"
#include "codec/repeated_property.h"
#include "codec/verdict.h"

namespace sluice::codec {

class PacketReader;

// The properties of any packet or will. Which of them a packet may have is a matter of the property
// table: decoding refuses the others, encoding leaves them out. Copying is cheap and allocates
// nothing; texts and bytes are views.
//
// One struct for all rather than one for each packet: absent fields cost one byte each to
// initialise, and a table can drive decoding, validation and encoding alike.
//
// To keep a packet's properties beyond its buffer, keep the bytes of Encode and Decode them again
// when needed.
struct Properties {
  std::optional<uint8_t> payload_format_indicator;  // 1: the payload is UTF-8 text
  std::optional<uint32_t> message_expiry_interval;  // seconds
  std::optional<std::string_view> content_type;
  std::optional<std::string_view> response_topic;
  std::optional<ByteSpan> correlation_data;
  std::optional<uint32_t> session_expiry_interval;  // seconds; UINT32_MAX: never
  std::optional<std::string_view> assigned_client_identifier;
  std::optional<uint16_t> server_keep_alive;  // seconds
  std::optional<std::string_view> authentication_method;
  std::optional<ByteSpan> authentication_data;
  std::optional<uint8_t> request_problem_information;
  std::optional<uint32_t> will_delay_interval;  // seconds
  std::optional<uint8_t> request_response_information;
  std::optional<std::string_view> response_information;
  std::optional<std::string_view> server_reference;
  std::optional<std::string_view> reason_string;
  std::optional<uint16_t> receive_maximum;  // packets
  std::optional<uint16_t> topic_alias_maximum;
  std::optional<uint16_t> topic_alias;
  std::optional<uint8_t> maximum_qos;
  std::optional<uint8_t> retain_available;
  std::optional<uint32_t> maximum_packet_size;  // bytes
  std::optional<uint8_t> wildcard_subscription_available;
  std::optional<uint8_t> subscription_identifier_available;
  std::optional<uint8_t> shared_subscription_available;
  UserProperties user_properties;
  SubscriptionIds subscription_ids;

  // A property that came twice though it may not; for Validate. Never encoded.
  std::optional<PropertyId> duplicate;

  // Nothing to encode?
  bool empty() const;
};

// Reads a property length and the properties behind it. A length or a field that does not fit, an
// id that does not exist or does not belong into `owner` is malformed (2.2.2.2). Failure sticks in
// the reader.
void DecodeProperties(PacketReader* in, PacketType owner, Properties* out);

// Duplicates (2.2.2.2), values out of range, a response topic with wildcards [MQTT-3.3.2-14],
// authentication data without a method (3.1.2.11.10).
Verdict ValidateProperties(const Properties& properties, PacketType owner);

// Appends a property length and those of the properties that may be in `owner`, in the order of
// their ids.
void EncodeProperties(const Properties& properties, PacketType owner, ByteBuffer* out);

}  // namespace sluice::codec
