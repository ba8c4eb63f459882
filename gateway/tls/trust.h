#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace sluice::tls {

// The first half of a SHA-256: enough to tell apart what authorities have signed, and small enough
// to keep for every connection.
using TrustId = std::array<uint8_t, 16>;

// How a verified certificate hangs on what we believe, by which it can be judged again when
// authorities or revocation lists change; see Context::Judge.
struct TrustPath {
  // Not known: it came out of a session ticket, and who has signed it can't be told.
  bool known = false;
  // Of the authority in our file at which the path ends: its name and public key, so that it may
  // be renewed.
  TrustId authority = {};
  // The certificate and those between it and the authority, by who has signed each and its serial
  // number.
  std::vector<TrustId> certificates = {};
};

}  // namespace sluice::tls
