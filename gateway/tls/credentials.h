#pragma once

#include <string>

#include "base/status.h"
#include "tls/mbedtls_compat.h"

namespace sluice::tls {

// Reading PEM files into mbedTLS's structures; every failure names the file and the remedy.

// The own certificate chain.
Status LoadOwnCertificate(const std::string& path, mbedtls_x509_crt* chain);
// Refuses a chain whose first certificate, read from `path`, has ended.
Status CheckNotEnded(const std::string& path, const mbedtls_x509_crt& chain);
// One or more authorities; refuses a file in which every one has ended.
Status LoadAuthorities(const std::string& path, mbedtls_x509_crt* authorities);
// The private key; refuses loose permissions and the key of another certificate.
Status LoadKey(const std::string& path, const std::string& certificate_path,
               const mbedtls_x509_crt& chain, mbedtls_pk_context* key,
               mbedtls_ctr_drbg_context* drbg);

}  // namespace sluice::tls
