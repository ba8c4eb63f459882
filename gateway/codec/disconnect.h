#pragma once

#include "base/byte_buffer.h"
#include "codec/frame.h"
#include "codec/properties.h"

namespace sluice::codec {

// DISCONNECT (section 3.14). A view: valid as long as the packet's bytes. In 3.1.1 only clients
// send it, without any field: a server there just closes the connection.
struct Disconnect {
  ReasonCode reason = ReasonCode::kNormalDisconnection;
  Properties properties;  // MQTT 5 only
};

Verdict Decode(const Frame& frame, Version version, Disconnect* out);
// Whether a session expiry interval may be set now depends on the CONNECT and is the session's
// matter.
Verdict Validate(const Disconnect& packet, Version version, Sender sender);
void Encode(const Disconnect& packet, Version version, ByteBuffer* out);

}  // namespace sluice::codec
