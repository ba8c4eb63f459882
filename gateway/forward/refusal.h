#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::forward {

// Reason codes that the route gives itself.
inline constexpr uint8_t kReasonTopicNameInvalid = 0x90;
inline constexpr uint8_t kReasonPacketTooLarge = 0x95;
inline constexpr uint8_t kReasonPayloadFormatInvalid = 0x99;

// Whether a publish that was refused with this PUBACK reason code [MQTT-3.4.2.1] would be refused
// again: not authorized, topic name invalid, packet too large, payload format invalid. Everything
// else, also a code that this version of MQTT does not know, may pass: try again later.
bool IsPermanentRefusal(uint8_t reason_code);

std::string_view RefusalName(uint8_t reason_code);

}  // namespace sluice::forward
