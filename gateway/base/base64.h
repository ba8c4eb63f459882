#pragma once

#include <string>

#include "base/bytes.h"

namespace sluice {

// RFC 4648, section 4: with '+', '/' and padding.
void AppendBase64(ByteSpan bytes, std::string* out);

}  // namespace sluice
