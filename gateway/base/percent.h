#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// "%2F" (RFC 3986, 2.1).
void AppendPercent(uint8_t byte, std::string* out);

// Everything but letters, digits and "-._~" as AppendPercent writes it.
void AppendPercentEncoded(std::string_view text, std::string* out);

// The text that was encoded so; nothing if a '%' is not followed by two hexadecimal digits.
std::optional<std::string> PercentDecoded(std::string_view text);

}  // namespace sluice
