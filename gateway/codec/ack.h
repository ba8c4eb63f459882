#pragma once

#include <cstdint>

#include "base/byte_buffer.h"
#include "codec/frame.h"
#include "codec/properties.h"

namespace sluice::codec {

// PUBACK, PUBREC, PUBREL and PUBCOMP (sections 3.4 to 3.7), which differ only in their type,
// PUBREL's flags and the reason codes that they may carry. A view: valid as long as the packet's
// bytes. No allocation.
struct Ack {
  PacketType type = PacketType::kPuback;
  uint16_t packet_id = 0;
  ReasonCode reason = ReasonCode::kSuccess;  // 3.1.1: always success, and not on the wire
  Properties properties;                     // MQTT 5 only
};

Verdict Decode(const Frame& frame, Version version, Ack* out);
Verdict Validate(const Ack& packet, Version version, Sender sender);
void Encode(const Ack& packet, Version version, ByteBuffer* out);

// The short cut of the hot path: an acknowledgement without properties.
void EncodeAck(PacketType type, uint16_t packet_id, ReasonCode reason, Version version,
               ByteBuffer* out);

}  // namespace sluice::codec
