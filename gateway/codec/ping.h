#pragma once

#include "base/byte_buffer.h"
#include "codec/frame.h"

namespace sluice::codec {

// PINGREQ and PINGRESP (sections 3.12 and 3.13): a first byte and a length of zero.
struct Ping {
  PacketType type = PacketType::kPingreq;
};

Verdict Decode(const Frame& frame, Version version, Ping* out);
Verdict Validate(const Ping& packet, Version version, Sender sender);
void Encode(const Ping& packet, Version version, ByteBuffer* out);

}  // namespace sluice::codec
