#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/byte_buffer.h"
#include "base/bytes.h"
#include "codec/frame.h"
#include "codec/properties.h"

namespace sluice::codec {

// What the server publishes for a client that goes away without DISCONNECT. Views into the packet.
struct Will {
  Qos qos = Qos::kAtMostOnce;
  bool retain = false;
  std::string_view topic;
  ByteSpan payload;
  Properties properties;
};

// CONNECT (section 3.1). A view: valid as long as the packet's bytes.
struct Connect {
  // Also set when Decode answers kUnsupportedProtocolVersion: then it is the version to answer in.
  Version version = Version::kV5;
  // MQTT 3.1, "MQIsdp", which is read as 3.1.1: there are few differences.
  bool is_31 = false;
  // The level has the bit by which Mosquitto's bridges tell themselves from clients; 3.1.1 only.
  bool is_bridge = false;
  bool clean_start = true;          // clean session in 3.1.1
  uint16_t keep_alive_seconds = 0;  // 0: none
  std::string_view client_id;       // empty: the server makes one
  std::optional<Will> will;
  std::optional<std::string_view> user_name;
  std::optional<ByteSpan> password;
  Properties properties;

  // The flags spoke of a will's QoS or retain, but there is no will; for Validate. Never encoded.
  bool stray_will_flags = false;
};

Verdict Decode(const Frame& frame, Connect* out);
// What the packet says about itself; whether the server can serve it (limits, credentials) is the
// session's matter.
Verdict Validate(const Connect& packet);
void Encode(const Connect& packet, ByteBuffer* out);

// For code that is generic over packets. `version` is ignored: a CONNECT has its own.
inline Verdict Decode(const Frame& frame, Version, Connect* out) { return Decode(frame, out); }
inline Verdict Validate(const Connect& packet, Version, Sender) { return Validate(packet); }
inline void Encode(const Connect& packet, Version, ByteBuffer* out) { Encode(packet, out); }

}  // namespace sluice::codec
