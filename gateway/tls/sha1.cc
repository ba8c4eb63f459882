#include "tls/sha1.h"

#include <mbedtls/md.h>

#include "base/status.h"

namespace sluice::tls {

std::array<uint8_t, 20> Sha1(ByteSpan bytes) {
  std::array<uint8_t, 20> digest{};
  const mbedtls_md_info_t* const sha1 = mbedtls_md_info_from_type(MBEDTLS_MD_SHA1);
  SLUICE_CHECK(sha1 != nullptr);
  SLUICE_CHECK(mbedtls_md(sha1, bytes.data(), bytes.size(), digest.data()) == 0);
  return digest;
}

}  // namespace sluice::tls
