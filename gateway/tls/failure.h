#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::tls {

// Why a TLS connection did not come about or broke: the peer's fault, never a Status. Each has a
// counter in transport.
enum class Failure : uint8_t {
  kNone,
  kNoCertificate,  // one is required and none came
  kUntrusted,      // not signed by an authority we trust, or not meant for this use
  kRevoked,        // a revocation list takes it back, or one between it and the authority
  kCrlEnded,       // the list that would say so has ended, and that is asked to refuse
  kExpired,
  kNotYetValid,
  kWrongName,           // the server's certificate is for somebody else
  kBadIdentity,         // verified, but its common name cannot be an identity; see PeerCertificate
  kNoCommonParameters,  // no version, cipher suite or curve both sides accept
  kBadPsk,              // its pre-shared key is not the one of that name, or nobody has the name
  kPeerAlert,           // the peer gave up and said so: it may not trust us
  kProtocol,            // not TLS, or broken TLS: bad record, bad signature, truncation
  kInternal,            // out of memory, no randomness
};
inline constexpr int kFailureCount = 14;

// A short word for logs and metric labels: "no_certificate", "untrusted", …
std::string_view FailureName(Failure failure);

}  // namespace sluice::tls
