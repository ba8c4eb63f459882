#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "tls/mbedtls_compat.h"
#include "tls/trust.h"

namespace sluice::tls {

// What certificate revocation lists (RFC 5280, section 5) take back. Verified once, when they are
// read, so that a handshake costs a look into a sorted table and not a signature more. A list holds
// for what its authority has signed; several of one authority add up. Immutable once loaded; any
// thread. Internal to tls.
class Revocations {
 public:
  // Bounds the memory that a list takes while it is read, some 30 bytes of file a certificate: a
  // megabyte is 27,000 of them.
  static constexpr uint64_t kMaxFileBytes = 1 << 20;

  // Adds a file: PEM with one or more lists, or DER with one. Fails, naming file and remedy, when
  // it is too large, cannot be read as such, or when one of its lists is not signed by one of the
  // `authorities` that may sign lists, or has a critical extension (an indirect or a delta list).
  Status Load(const std::string& path, const mbedtls_x509_crt& authorities);

  bool empty() const { return lists_.empty(); }
  bool Revokes(const TrustId& certificate) const;
  // Whether there are lists of the authority, and the last of them has ended.
  bool HasEndedFor(const TrustId& authority, const Clock& clock) const;
  // When the first authority is without a list that holds, in seconds since 1970; none: no list
  // says when it ends.
  std::optional<int64_t> end() const;
  // What is wrong with their dates, in words with the file's name. `refuses`: what that means.
  void AddTroubles(const Clock& clock, bool refuses, std::vector<std::string>* troubles) const;

  bool operator==(const Revocations& other) const;

 private:
  struct List {
    std::string path = {};
    TrustId authority = {};
    int64_t begin = 0;                // seconds since 1970
    std::optional<int64_t> end = {};  // likewise; none: it does not say
    bool operator==(const List&) const = default;
  };
  Status Add(const std::string& path, const mbedtls_x509_crl& list,
             const mbedtls_x509_crt& authorities);
  // Of each authority the one that ends last.
  std::vector<const List*> Latest() const;

  std::vector<List> lists_;
  std::vector<TrustId> revoked_;  // sorted, each once
};

}  // namespace sluice::tls
