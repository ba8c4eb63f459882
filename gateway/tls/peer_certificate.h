#pragma once

#include <cstdint>
#include <string>

namespace sluice::tls {

// What the verified certificate at the other end says. Texts are owned.
struct PeerCertificate {
  // The subject's only common name, which could be an identity (IsValidIdentity); whose it is, is
  // not decided here.
  std::string common_name;
  std::string serial;              // hexadecimal, for logs
  std::string fingerprint_sha256;  // hexadecimal, of the whole certificate, for logs
  int64_t not_after_unix_seconds = 0;
};

}  // namespace sluice::tls
