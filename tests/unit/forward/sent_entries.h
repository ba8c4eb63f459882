#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scripted_uplink.h"

namespace sluice::test {

// An event or a gap as somebody reads it who knows the formats and none of the code that wrote
// them.
struct SentEntry {
  uint64_t first = 0;
  uint64_t last = 0;
  std::optional<std::string> gap_reason;  // none: an event
  std::string device;                     // of an event
};

// All entries of a message, of either format, in their order. Empty: it is not what it should be.
std::vector<SentEntry> EntriesOf(const ScriptedUplink::Message& message);

// Of the MQTT 5 PUBLISH that a message becomes, at most.
size_t PacketBytes(const ScriptedUplink::Message& message);

}  // namespace sluice::test
