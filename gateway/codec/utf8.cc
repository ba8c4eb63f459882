#include "codec/utf8.h"

#include <cstring>

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

// What may follow a lead byte: how many bytes, and the range of the first, which is narrower than
// 80..BF where that shuts out overlong forms, surrogates and what lies beyond U+10FFFF (Unicode,
// table 3-7).
struct Tail {
  size_t length;  // 0: this is no lead byte
  uint8_t first_low = 0x80;
  uint8_t first_high = 0xBF;
};

Tail TailOf(uint8_t lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return {1};
  if (lead == 0xE0) return {2, 0xA0, 0xBF};
  if (lead == 0xED) return {2, 0x80, 0x9F};
  if (lead >= 0xE1 && lead <= 0xEF) return {2};
  if (lead == 0xF0) return {3, 0x90, 0xBF};
  if (lead >= 0xF1 && lead <= 0xF3) return {3};
  if (lead == 0xF4) return {3, 0x80, 0x8F};
  return {0};
}

bool IsTail(const Tail& tail, ByteSpan rest) {
  if (tail.length == 0 || rest.size() < tail.length) return false;
  if (rest[0] < tail.first_low || rest[0] > tail.first_high) return false;
  for (size_t i = 1; i < tail.length; ++i) {
    if ((rest[i] & 0xC0) != 0x80) return false;
  }
  return true;
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
      const Tail tail = TailOf(text[i]);
      if (!IsTail(tail, text.subspan(i + 1))) return Utf8State::kIllFormed;
      i += 1 + tail.length;
    }
  }
  return Utf8State::kOk;
}

}  // namespace sluice::codec
