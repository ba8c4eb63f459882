#include "tls/digest.h"

#include <mbedtls/md.h>

#include "base/status.h"
#include "tls/mbedtls_compat.h"

namespace sluice::tls {
namespace {

template <size_t kBytes>
std::array<uint8_t, kBytes> Digest(mbedtls_md_type_t type, ByteSpan bytes) {
  std::array<uint8_t, kBytes> digest{};
  const mbedtls_md_info_t* const info = mbedtls_md_info_from_type(type);
  SLUICE_CHECK(info != nullptr && mbedtls_md_get_size(info) == kBytes);
  SLUICE_CHECK(mbedtls_md(info, bytes.data(), bytes.size(), digest.data()) == 0);
  return digest;
}

}  // namespace

std::array<uint8_t, 20> Sha1(ByteSpan bytes) { return Digest<20>(MBEDTLS_MD_SHA1, bytes); }

std::array<uint8_t, 64> Sha512(ByteSpan bytes) { return Digest<64>(MBEDTLS_MD_SHA512, bytes); }

void Pbkdf2(Pbkdf2Hash hash, ByteSpan password, ByteSpan salt, uint32_t iterations,
            std::span<uint8_t> key) {
  const auto type = hash == Pbkdf2Hash::kSha256 ? MBEDTLS_MD_SHA256 : MBEDTLS_MD_SHA512;
  SLUICE_CHECK(compat::Pbkdf2(type, password.data(), password.size(), salt.data(), salt.size(),
                              iterations, key.data(), key.size()) == 0);
}

}  // namespace sluice::tls
