#pragma once

#include <cstdint>
#include <string>

namespace sluice::tls {

// What the verified certificate at the other end says. Texts are owned.
struct PeerCertificate {
  // Bounds names that end up in topics, logs and every event; X.520 allows 64 characters.
  static constexpr size_t kMaxIdentityBytes = 128;

  // The subject's only common name: 1 to kMaxIdentityBytes bytes of UTF-8 without control
  // characters and without / + #, because it is put into topic names and access rules.
  std::string identity;
  std::string serial;              // hexadecimal, for logs
  std::string fingerprint_sha256;  // hexadecimal, of the whole certificate, for logs
  int64_t not_after_unix_seconds = 0;
};

}  // namespace sluice::tls
