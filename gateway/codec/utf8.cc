#include "codec/utf8.h"

#include <cstring>

#include "base/utf8.h"

namespace sluice::codec {
namespace {

// Eight bytes of which none is NUL and none has the high bit, that is ASCII: nearly every topic is
// only that.
bool IsPlainWord(const uint8_t* p) {
  uint64_t word;
  std::memcpy(&word, p, sizeof(word));
  constexpr uint64_t kLow = 0x0101010101010101, kHigh = 0x8080808080808080;
  return (((word - kLow) | word) & kHigh) == 0;
}

}  // namespace

Utf8State CheckUtf8(ByteSpan text) {
  size_t i = 0;
  while (i < text.size()) {
    if (text.size() - i >= 8 && IsPlainWord(&text[i])) {
      i += 8;
    } else if (text[i] == 0) {
      return Utf8State::kHasNull;
    } else if (text[i] < 0x80) {
      ++i;
    } else {
      const size_t length = Utf8Length(AsText(text.subspan(i)));
      if (length == 0) return Utf8State::kIllFormed;
      i += length;
    }
  }
  return Utf8State::kOk;
}

}  // namespace sluice::codec
