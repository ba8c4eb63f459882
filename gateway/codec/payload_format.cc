#include "codec/payload_format.h"

#include <algorithm>

#include "codec/utf8.h"

namespace sluice::codec {

bool FormatFits(const Properties& properties, ByteSpan payload) {
  if (properties.payload_format_indicator.value_or(0) != 1) return true;
  for (;;) {  // From one U+0000 to the next.
    const auto null = std::ranges::find(payload, uint8_t{0});
    const auto length = static_cast<size_t>(null - payload.begin());
    if (CheckUtf8(payload.first(length)) != Utf8State::kOk) return false;
    if (null == payload.end()) return true;
    payload = payload.subspan(length + 1);
  }
}

}  // namespace sluice::codec
