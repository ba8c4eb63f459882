#pragma once

#include "base/byte_buffer.h"
#include "codec/frame.h"
#include "codec/properties.h"

namespace sluice::codec {

// AUTH (section 3.15), MQTT 5 only: malformed in 3.1.1. A view: valid as long as the packet's
// bytes.
struct Auth {
  ReasonCode reason = ReasonCode::kSuccess;
  Properties properties;
};

Verdict Decode(const Frame& frame, Version version, Auth* out);
Verdict Validate(const Auth& packet, Version version, Sender sender);
void Encode(const Auth& packet, Version version, ByteBuffer* out);

}  // namespace sluice::codec
