#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace sluice::tls {

// For protocols that want it where nothing depends on its strength (RFC 6455, section 1.3).
std::array<uint8_t, 20> Sha1(ByteSpan bytes);

std::array<uint8_t, 64> Sha512(ByteSpan bytes);

enum class Pbkdf2Hash : uint8_t { kSha256, kSha512 };
// PBKDF2 with HMAC (RFC 8018, section 5.2): fills `key`. Takes a microsecond or two an iteration
// and 64 bytes of the key.
void Pbkdf2(Pbkdf2Hash hash, ByteSpan password, ByteSpan salt, uint32_t iterations,
            std::span<uint8_t> key);

}  // namespace sluice::tls
