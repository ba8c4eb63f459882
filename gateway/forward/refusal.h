#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::forward {

// Why a message was not taken: what upstream said, as its uplink understands it, or what the route
// knows without asking.
struct Refusal {
  bool permanent = false;  // would be refused again; else it may pass later
  uint16_t code = 0;       // of the uplink's protocol, for people
  std::string_view text;   // the same in words; static
};

// "Quota exceeded (0x97)".
std::string Describe(const Refusal& refusal);

// What no uplink is asked. Dead letters have had these numbers from the beginning.
inline constexpr Refusal kRefusedForItsTopic{true, 0x90, "Topic Name invalid"};
inline constexpr Refusal kRefusedAsTooLarge{true, 0x95, "Packet too large"};
inline constexpr Refusal kRefusedAsNoEvent{true, 0x99, "Payload format invalid"};

// What upstream says without words, see narrowing.h.
inline constexpr Refusal kEndsTheConnection{true, 0x83, "upstream ends the connection at it"};
inline constexpr Refusal kBreaksTheRules{
    true, 0x83, "upstream answers it with what breaks the rules of the protocol"};

}  // namespace sluice::forward
