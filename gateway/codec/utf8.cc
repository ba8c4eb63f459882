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

// Eight bytes from 0x20 to 0x7E: no borrow and no carry goes from one to the next.
bool IsPrintableWord(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, sizeof(word));
  constexpr uint64_t kOnes = 0x0101010101010101, kHigh = 0x80 * kOnes;
  return (((word - 0x20 * kOnes) | (word + kOnes) | word) & kHigh) == 0;
}

}  // namespace

bool HasControl(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    if (text.size() - i >= 8 && IsPrintableWord(&text[i])) {
      i += 8;
      continue;
    }
    const auto byte = static_cast<unsigned char>(text[i++]);
    if (byte < 0x20 || byte == 0x7f) return true;
    // U+0080 to U+009F are C2 80 to C2 9F.
    if (byte == 0xc2 && i < text.size() && static_cast<unsigned char>(text[i]) < 0xa0) return true;
  }
  return false;
}

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
