#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/byte_buffer.h"
#include "base/bytes.h"
#include "codec/protocol.h"
#include "codec/repeated_property.h"

namespace sluice::codec {

// A PUBLISH that a client makes, as its parts are at hand. Encode of publish.h writes the same
// bytes, but wants user properties encoded already and guesses lengths; here each byte is written
// once, and the size is known before anything is. Views, read during the call.
struct OutgoingPublish {
  bool dup = false;
  Qos qos = Qos::kAtMostOnce;
  bool retain = false;
  uint16_t packet_id = 0;  // not 0 with QoS 1 and 2
  std::string_view topic;
  ByteSpan payload;
  // MQTT 5 only; empty, none and 0 are not sent.
  bool payload_is_text = false;                     // Payload Format Indicator
  std::optional<uint32_t> message_expiry_interval;  // seconds
  std::string_view content_type;
  std::string_view response_topic;
  ByteSpan correlation_data;
  uint16_t topic_alias = 0;
  std::span<const UserProperty> user_properties;
};

// No field is longer than MQTT's two bytes of length can say, and the packet is none that MQTT
// cannot.
bool IsEncodable(const OutgoingPublish& packet, Version version);
// IsEncodable(packet). The size of the whole packet.
size_t EncodedSize(const OutgoingPublish& packet, Version version);
void Encode(const OutgoingPublish& packet, Version version, ByteBuffer* out);

}  // namespace sluice::codec
