#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace sluice::codec {

enum class Utf8State : uint8_t {
  kOk,
  kIllFormed,  // [MQTT-1.5.4-1] truncated, overlong, a surrogate, beyond U+10FFFF (3.1.1:
               // [MQTT-1.5.3-1])
  kHasNull,    // [MQTT-1.5.4-2] U+0000 (3.1.1: [MQTT-1.5.3-2])
};

// Checks what MQTT asks of a UTF-8 encoded string. U+FEFF is a character like any other
// [MQTT-1.5.4-3]; control and non-characters, which a receiver may refuse, are let through.
Utf8State CheckUtf8(ByteSpan text);

// Whether well-formed `text` without U+0000 has a control character: U+0001 to U+001F, U+007F to
// U+009F.
bool HasControl(std::string_view text);

}  // namespace sluice::codec
