#pragma once

#include <cstdint>
#include <string>

#include "tls/trust.h"

namespace sluice::tls {

// Where a certificate says who it is: the subject's common name, or a subject alternative name of
// this kind (RFC 5280, 4.2.1.6).
enum class NameSource : uint8_t { kCommonName, kDnsName, kUri, kEmail };

// What the verified certificate at the other end says. Texts are owned.
struct PeerCertificate {
  // The only name of the listener's NameSource, which could be an identity (IsValidIdentity); whose
  // it is, is not decided here.
  std::string name;
  std::string serial;              // hexadecimal, for logs
  std::string fingerprint_sha256;  // hexadecimal, of the whole certificate, for logs
  int64_t not_after_unix_seconds = 0;
  TrustPath trust = {};
};

}  // namespace sluice::tls
