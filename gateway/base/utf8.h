#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice {

// Takes apart the character at the front of `text`: how many bytes it has, 0 if they are no
// well-formed UTF-8 (Unicode, table 3-7: cut off, overlong, a surrogate, beyond U+10FFFF) or there
// are none.
size_t DecodeUtf8(std::string_view text, uint32_t* code_point);

// The same without the character.
inline size_t Utf8Length(std::string_view text) {
  uint32_t code_point = 0;
  if (!text.empty() && static_cast<unsigned char>(text.front()) < 0x80) return 1;
  return DecodeUtf8(text, &code_point);
}

// `text` cut to at most `max_bytes`, not inside of a character.
std::string_view CutUtf8(std::string_view text, size_t max_bytes);

}  // namespace sluice
