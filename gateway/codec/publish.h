#pragma once

#include <cstdint>
#include <string_view>

#include "base/byte_buffer.h"
#include "base/bytes.h"
#include "codec/frame.h"
#include "codec/properties.h"

namespace sluice::codec {

// PUBLISH (section 3.3). A view: valid as long as the packet's bytes. Decoding and encoding
// allocate nothing (encoding: once the buffer has grown to its largest load).
struct Publish {
  bool dup = false;
  Qos qos = Qos::kAtMostOnce;
  bool retain = false;
  uint16_t packet_id = 0;  // 0 with QoS 0
  std::string_view topic;  // empty with a topic alias that is known already
  ByteSpan payload;
  Properties properties;  // MQTT 5 only
};

Verdict Decode(const Frame& frame, Version version, Publish* out);
// What can be said without the connection's state: whether an alias is known or the quality of
// service is supported is the session's matter.
Verdict Validate(const Publish& packet, Version version, Sender sender);
void Encode(const Publish& packet, Version version, ByteBuffer* out);

}  // namespace sluice::codec
