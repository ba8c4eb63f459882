#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace sluice::tls {

// For protocols that want it where nothing depends on its strength (RFC 6455, section 1.3).
std::array<uint8_t, 20> Sha1(ByteSpan bytes);

}  // namespace sluice::tls
