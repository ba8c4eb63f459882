#pragma once

#include <string>

#include "wire/packet.h"

namespace sluice::test {

// Every field of a packet that has not its usual value, in one line that can be compared and read:
//   PUBLISH qos=1 id=10 topic=a/b payload=21.5 {topic_alias=3 user=unit:Cel}
// Bytes that are not printable ASCII are shown as x'0AFF'. Names the fields by itself rather than
// by the codec's tables, so that a mistake in those is seen.
std::string Describe(const codec::Packet& packet);

}  // namespace sluice::test
