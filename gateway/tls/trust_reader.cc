#include "tls/trust_reader.h"

#include <algorithm>
#include <set>
#include <string>

#include "base/bytes.h"
#include "base/status.h"

namespace sluice::tls {
namespace {

std::string_view TextOf(const mbedtls_x509_buf& bytes) { return AsText({bytes.p, bytes.len}); }

// The length in front keeps two parts from being read as two others.
TrustId Digest(std::string_view first, std::string_view second) {
  std::string both = std::to_string(first.size()) + ":";
  both.append(first).append(second);
  const ByteSpan bytes = AsBytes(both);
  unsigned char digest[32];
  SLUICE_CHECK(compat::Sha256(bytes.data(), bytes.size(), digest) == 0);
  TrustId id;
  std::copy_n(digest, id.size(), id.begin());
  return id;
}

}  // namespace

TrustId AuthorityIdOf(const mbedtls_x509_crt& authority) {
  return Digest(TextOf(authority.subject_raw), TextOf(authority.pk_raw));
}

TrustId IssuedId(const TrustId& authority, const mbedtls_x509_buf& serial) {
  return Digest(AsText(authority), TextOf(serial));
}

std::vector<TrustId> AuthorityIdsOf(const mbedtls_x509_crt& authorities) {
  std::set<TrustId> ids;
  for (const mbedtls_x509_crt* crt = &authorities; crt != nullptr; crt = crt->next) {
    ids.insert(AuthorityIdOf(*crt));
  }
  return {ids.begin(), ids.end()};
}

TrustPath PathFromTicket(const mbedtls_x509_crt& certificate, const mbedtls_x509_crt& authorities) {
  std::set<TrustId> signers;
  for (const mbedtls_x509_crt* crt = &authorities; crt != nullptr; crt = crt->next) {
    if (TextOf(crt->subject_raw) != TextOf(certificate.issuer_raw)) continue;
    signers.insert(AuthorityIdOf(*crt));
  }
  if (signers.size() != 1) return {};
  const TrustId signer = *signers.begin();
  return {
      .known = true, .authority = signer, .certificates = {IssuedId(signer, certificate.serial)}};
}

}  // namespace sluice::tls
