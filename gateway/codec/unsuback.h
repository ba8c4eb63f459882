#pragma once

#include <cstdint>

#include "base/byte_buffer.h"
#include "base/bytes.h"
#include "codec/frame.h"
#include "codec/properties.h"

namespace sluice::codec {

// UNSUBACK (section 3.11). A view: valid as long as the packet's bytes.
struct Unsuback {
  uint16_t packet_id = 0;
  // A reason code for each filter of the UNSUBSCRIBE, in its order [MQTT-3.11.3-1]. Not on a 3.1.1
  // wire.
  ByteSpan reasons;
  Properties properties;  // MQTT 5 only

  ReasonCode reason(size_t index) const { return static_cast<ReasonCode>(reasons[index]); }
};

Verdict Decode(const Frame& frame, Version version, Unsuback* out);
Verdict Validate(const Unsuback& packet, Version version, Sender sender = Sender::kServer);
void Encode(const Unsuback& packet, Version version, ByteBuffer* out);

}  // namespace sluice::codec
