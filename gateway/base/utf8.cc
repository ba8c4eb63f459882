#include "base/utf8.h"

namespace sluice {
namespace {

bool IsTail(unsigned char byte) { return (byte & 0xc0) == 0x80; }

// What may follow a lead byte: how many bytes, and the range of the first, which is narrower than
// 80..BF where that shuts out overlong forms, surrogates and what lies beyond U+10FFFF.
struct Tail {
  size_t length;  // 0: this is no lead byte
  uint8_t first_low = 0x80;
  uint8_t first_high = 0xbf;
};

Tail TailOf(uint8_t lead) {
  if (lead >= 0xc2 && lead <= 0xdf) return {1};
  if (lead == 0xe0) return {2, 0xa0, 0xbf};
  if (lead == 0xed) return {2, 0x80, 0x9f};
  if (lead >= 0xe1 && lead <= 0xef) return {2};
  if (lead == 0xf0) return {3, 0x90, 0xbf};
  if (lead >= 0xf1 && lead <= 0xf3) return {3};
  if (lead == 0xf4) return {3, 0x80, 0x8f};
  return {0};
}

}  // namespace

size_t DecodeUtf8(std::string_view text, uint32_t* code_point) {
  if (text.empty()) return 0;
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) {
    *code_point = lead;
    return 1;
  }
  const Tail tail = TailOf(lead);
  if (tail.length == 0 || text.size() <= tail.length) return 0;
  const auto first = static_cast<unsigned char>(text[1]);
  if (first < tail.first_low || first > tail.first_high) return 0;
  uint32_t value = lead & (0x3fU >> tail.length);
  for (size_t i = 1; i <= tail.length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (!IsTail(byte)) return 0;
    value = value << 6 | (byte & 0x3fU);
  }
  *code_point = value;
  return tail.length + 1;
}

std::string_view CutUtf8(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  while (max_bytes > 0 && IsTail(static_cast<unsigned char>(text[max_bytes]))) --max_bytes;
  return text.substr(0, max_bytes);
}

}  // namespace sluice
