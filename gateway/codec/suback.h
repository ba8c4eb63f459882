#pragma once

#include <cstdint>

#include "base/byte_buffer.h"
#include "base/bytes.h"
#include "codec/frame.h"
#include "codec/properties.h"

namespace sluice::codec {

// SUBACK (section 3.9). A view: valid as long as the packet's bytes.
struct Suback {
  uint16_t packet_id = 0;
  // A reason code for each filter of the SUBSCRIBE, in its order [MQTT-3.9.3-1]. MQTT 5 values in
  // both versions; every refusal becomes 0x80 on a 3.1.1 wire.
  ByteSpan reasons;
  Properties properties;  // MQTT 5 only

  ReasonCode reason(size_t index) const { return static_cast<ReasonCode>(reasons[index]); }
};

Verdict Decode(const Frame& frame, Version version, Suback* out);
Verdict Validate(const Suback& packet, Version version, Sender sender = Sender::kServer);
void Encode(const Suback& packet, Version version, ByteBuffer* out);

}  // namespace sluice::codec
