#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "tls/mbedtls_compat.h"

namespace sluice::tls {

// mbedTLS's structure of a certificate to be written, with constructor and destructor. Internal to
// tls. The keys outlive it.
class CertificateWriter {
 public:
  CertificateWriter(mbedtls_pk_context* key, mbedtls_pk_context* authority_key);
  ~CertificateWriter();
  CertificateWriter(const CertificateWriter&) = delete;
  CertificateWriter& operator=(const CertificateWriter&) = delete;

  // As they stand in the authority's certificate: a name that is written anew may not be the same
  // bytes. False: memory is short; so for the rest.
  bool SetIssuer(const mbedtls_x509_name& subject);
  // A common name alone, in UTF-8.
  bool SetSubject(std::string_view common_name);
  bool SetSerial(std::string_view bytes);
  bool SetValidity(int64_t begin_unix_seconds, int64_t end_unix_seconds);
  // No authority, signs handshakes, of clients.
  bool SetClientUse();
  // Signs it; PEM.
  Result<std::string> Write(mbedtls_ctr_drbg_context* drbg);

 private:
  mbedtls_x509write_cert certificate_;
};

}  // namespace sluice::tls
