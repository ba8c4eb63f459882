#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace sluice {

// SipHash-2-4: without the key nobody can tell which inputs collide.
struct SipKey {
  uint64_t k0;
  uint64_t k1;
};
uint64_t SipHash(const SipKey& key, ByteSpan bytes);

// For hash tables whose keys peers choose (client ids, identities, levels of topics): with a hash
// that is known, a few thousand chosen keys make every look-up walk all of them. The key comes from
// the system once a process. Transparent, so that a look-up makes no std::string. Safe from any
// thread.
struct KeyedHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const;
};

}  // namespace sluice
