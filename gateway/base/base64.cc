#include "base/base64.h"

#include <string_view>

namespace sluice {

void AppendBase64(ByteSpan bytes, std::string* out) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t left = bytes.size() - i;
    const uint32_t group = static_cast<uint32_t>(bytes[i]) << 16 |
                           (left > 1 ? static_cast<uint32_t>(bytes[i + 1]) << 8 : 0) |
                           (left > 2 ? bytes[i + 2] : 0);
    out->push_back(kAlphabet[group >> 18]);
    out->push_back(kAlphabet[group >> 12 & 63]);
    out->push_back(left > 1 ? kAlphabet[group >> 6 & 63] : '=');
    out->push_back(left > 2 ? kAlphabet[group & 63] : '=');
  }
}

}  // namespace sluice
