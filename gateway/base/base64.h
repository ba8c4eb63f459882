#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace sluice {

// RFC 4648, section 4: with '+', '/' and padding.
void AppendBase64(ByteSpan bytes, std::string* out);

// The bytes of `text`, in that alphabet or that of URLs (section 5), with or without padding. False
// if it is none; what was read until there is appended.
bool AppendFromBase64(std::string_view text, std::string* out);

}  // namespace sluice
