#include "base/percent.h"

namespace sluice {
namespace {

bool IsUnreserved(char c) {  // RFC 3986, 2.3
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

void AppendPercent(uint8_t byte, std::string* out) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  out->push_back('%');
  out->push_back(kHex[byte >> 4]);
  out->push_back(kHex[byte & 15]);
}

void AppendPercentEncoded(std::string_view text, std::string* out) {
  for (const char c : text) {
    if (IsUnreserved(c)) {
      out->push_back(c);
    } else {
      AppendPercent(static_cast<uint8_t>(c), out);
    }
  }
}

}  // namespace sluice
