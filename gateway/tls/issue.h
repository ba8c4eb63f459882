#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/status.h"

namespace sluice::tls {

// A new key and its certificate, for a client.
struct IssueRequest {
  std::string common_name;          // IsValidIdentity, and at most 64 bytes (X.520)
  std::string ca_certificate_file;  // PEM; its first certificate signs
  std::string ca_key_file;          // must pass CheckSecretFile
  int64_t days = 825;
};

struct Issued {
  std::string key_pem;          // ECDSA on P-256, PKCS#8, not encrypted
  std::string certificate_pem;  // for client authentication only
  std::string serial;           // hexadecimal
  int64_t not_after_unix_seconds = 0;
  bool cut_short = false;  // it ends with the authority's certificate, before its days are over
};

// Makes both. The certificate begins an hour ago, for clocks that are behind, and names its
// authority without a key identifier. Failures name file and remedy: an authority that is none, has
// ended or whose key is another's, a clock that is not set. Takes milliseconds.
Result<Issued> IssueClientCertificate(const IssueRequest& request, const Clock& clock);

}  // namespace sluice::tls
