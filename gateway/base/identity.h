#pragma once

#include <cstddef>
#include <string_view>

namespace sluice {

// Bounds names that end up in topics, logs and every event; X.520 allows 64 characters in a
// certificate's.
inline constexpr size_t kMaxIdentityBytes = 128;

// What may name who a connection is, however it has shown that: 1 to kMaxIdentityBytes bytes of
// UTF-8 without control characters and without / + #, because it is put into topic names and access
// rules.
bool IsValidIdentity(std::string_view name);

}  // namespace sluice
