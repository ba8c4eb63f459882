#include "base/checksum.h"

// The streaming state is a complete type only for users who ask.
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

namespace sluice {

uint64_t Xxh3(ByteSpan bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

uint64_t Xxh3(ByteSpan first, ByteSpan second) {
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  XXH3_64bits_update(&state, first.data(), first.size());
  XXH3_64bits_update(&state, second.data(), second.size());
  return XXH3_64bits_digest(&state);
}

}  // namespace sluice
