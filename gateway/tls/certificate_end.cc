#include "tls/certificate_end.h"

#include <algorithm>

#include "tls/credentials.h"
#include "tls/peer_certificate_reader.h"

namespace sluice::tls {
namespace {

class Chain {
 public:
  Chain() { mbedtls_x509_crt_init(&chain_); }
  ~Chain() { mbedtls_x509_crt_free(&chain_); }
  Chain(const Chain&) = delete;
  Chain& operator=(const Chain&) = delete;

  mbedtls_x509_crt* get() { return &chain_; }

 private:
  mbedtls_x509_crt chain_;
};

}  // namespace

Result<int64_t> OwnCertificateEnd(const std::string& path) {
  Chain chain;
  SLUICE_RETURN_IF_ERROR(LoadOwnCertificate(path, chain.get()));
  return ToUnixSeconds(chain.get()->valid_to);
}

Result<int64_t> AuthoritiesEnd(const std::string& path) {
  Chain chain;
  SLUICE_RETURN_IF_ERROR(LoadAuthorities(path, chain.get()));
  int64_t end = ToUnixSeconds(chain.get()->valid_to);
  for (const mbedtls_x509_crt* crt = chain.get()->next; crt != nullptr; crt = crt->next) {
    end = std::max(end, ToUnixSeconds(crt->valid_to));
  }
  return end;
}

}  // namespace sluice::tls
