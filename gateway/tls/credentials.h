#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "tls/mbedtls_compat.h"

namespace sluice::tls {

// Reading PEM files into mbedTLS's structures; every failure names the file and the remedy.

// `what` is what the file is for: "certificate", "key".
Status CheckReadable(std::string_view what, const std::string& path);
// The own certificate chain.
Status LoadOwnCertificate(const std::string& path, mbedtls_x509_crt* chain);
// One or more authorities.
Status LoadAuthorities(const std::string& path, mbedtls_x509_crt* authorities);
// The private key; refuses loose permissions and the key of another certificate.
Status LoadKey(const std::string& path, const std::string& certificate_path,
               const mbedtls_x509_crt& chain, mbedtls_pk_context* key,
               mbedtls_ctr_drbg_context* drbg);

// Says what is wrong with the dates of the first certificate, read from `path`, and of a file of
// authorities in which none is valid now, or for much longer (EndsSoon). Nothing is called too
// young while the clock is not set.
void AddOwnTroubles(const std::string& path, const mbedtls_x509_crt& chain, const Clock& clock,
                    std::vector<std::string>* troubles);
void AddAuthorityTroubles(const std::string& path, const mbedtls_x509_crt& authorities,
                          const Clock& clock, std::vector<std::string>* troubles);

// mbedTLS 2.28 keeps a table in a key's elliptic curve group the first time the key is used,
// without a lock. Keys shared by threads are therefore used once before they are shared; after that
// the table is only read. (3.6 has its tables in the program, there it changes nothing.)
void WarmUpPrivateKey(mbedtls_pk_context* key, mbedtls_ctr_drbg_context* drbg);
void WarmUpPublicKeys(mbedtls_x509_crt* chain);

}  // namespace sluice::tls
