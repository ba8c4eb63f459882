#pragma once

#include <string>

#include "base/bytes.h"
#include "codec/protocol.h"
#include "session/action.h"

namespace sluice::session {

// "publish t=x q1 #7".
std::string Describe(const Action& action);
// "CONNACK; PUBACK 7 97": what a server sent. Fails the test if it is not well-formed, legal and
// complete.
std::string DescribePackets(ByteSpan bytes, codec::Version version);

// Bytes from "10 0C 'MQTT'": hexadecimal numbers and quoted text, spaces between them; and digits
// from bytes.
std::vector<uint8_t> FromHex(std::string_view hex);
std::string ToHex(ByteSpan bytes);

}  // namespace sluice::session
