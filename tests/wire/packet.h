#pragma once

#include <variant>

#include "codec/ack.h"
#include "codec/auth.h"
#include "codec/connack.h"
#include "codec/connect.h"
#include "codec/disconnect.h"
#include "codec/ping.h"
#include "codec/publish.h"
#include "codec/suback.h"
#include "codec/subscribe.h"
#include "codec/unsuback.h"
#include "codec/unsubscribe.h"

namespace sluice::codec {

// Any packet; in the codec's namespace, for it overloads the verbs of each. A session, which knows
// what to expect, switches on Frame::type instead and decodes into the one struct it needs.
using Packet = std::variant<Connect, Connack, Publish, Ack, Subscribe, Suback, Unsubscribe,
                            Unsuback, Ping, Disconnect, Auth>;

PacketType TypeOf(const Packet& packet);

Verdict Decode(const Frame& frame, Version version, Packet* out);
// Also whether this side may send such a packet at all.
Verdict Validate(const Packet& packet, Version version, Sender sender);
void Encode(const Packet& packet, Version version, ByteBuffer* out);

}  // namespace sluice::codec
