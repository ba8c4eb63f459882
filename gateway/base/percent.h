#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

// "%2F" (RFC 3986, 2.1).
void AppendPercent(uint8_t byte, std::string* out);

// Everything but letters, digits and "-._~" as AppendPercent writes it.
void AppendPercentEncoded(std::string_view text, std::string* out);

}  // namespace sluice
