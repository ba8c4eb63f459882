#include "tls/warm_up.h"

namespace sluice::tls {
namespace {

// An ECDSA signature with r = s = 1: well-formed, so that it is computed with, and good for
// nothing.
constexpr unsigned char kUnitSignature[] = {0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01};
constexpr unsigned char kDigest[32] = {1};

}  // namespace

void WarmUpPrivateKey(mbedtls_pk_context* key, mbedtls_ctr_drbg_context* drbg) {
  unsigned char signature[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
  size_t size = 0;
  static_cast<void>(compat::Sign(key, kDigest, signature, &size, drbg));
}

void WarmUpPublicKeys(mbedtls_x509_crt* chain) {
  for (mbedtls_x509_crt* crt = chain; crt != nullptr; crt = crt->next) {
    static_cast<void>(mbedtls_pk_verify(&crt->pk, MBEDTLS_MD_SHA256, kDigest, sizeof kDigest,
                                        kUnitSignature, sizeof kUnitSignature));
  }
}

}  // namespace sluice::tls
