#pragma once

#include "base/byte_buffer.h"
#include "codec/frame.h"
#include "codec/properties.h"

namespace sluice::codec {

// CONNACK (section 3.2). A view: valid as long as the packet's bytes. The reason is an MQTT 5 code
// in both versions; on a 3.1.1 wire it becomes the nearest return code.
struct Connack {
  bool session_present = false;
  ReasonCode reason = ReasonCode::kSuccess;
  Properties properties;  // MQTT 5 only
};

Verdict Decode(const Frame& frame, Version version, Connack* out);
Verdict Validate(const Connack& packet, Version version, Sender sender = Sender::kServer);
void Encode(const Connack& packet, Version version, ByteBuffer* out);

}  // namespace sluice::codec
