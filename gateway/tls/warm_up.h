#pragma once

#include "tls/mbedtls_compat.h"

namespace sluice::tls {

// mbedTLS 2.28 keeps a table in a key's elliptic curve group the first time the key is used,
// without a lock. Keys shared by threads are therefore used once before they are shared; after that
// the table is only read. (3.6 has its tables in the program, there it changes nothing.)
void WarmUpPrivateKey(mbedtls_pk_context* key, mbedtls_ctr_drbg_context* drbg);
void WarmUpPublicKeys(mbedtls_x509_crt* chain);

}  // namespace sluice::tls
