#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace sluice {

// XXH3, 64 bits, seed 0. Finds accidents, not attackers.
uint64_t Xxh3(ByteSpan bytes);
// The same over two runs of bytes as if they stood side by side.
uint64_t Xxh3(ByteSpan first, ByteSpan second);

}  // namespace sluice
