#pragma once

#include <optional>

#include "base/clock.h"
#include "tls/mbedtls_compat.h"
#include "tls/peer_certificate.h"

namespace sluice::tls {

// None when the subject has no common name, several, or one that cannot be an identity.
std::optional<PeerCertificate> ReadPeerCertificate(const mbedtls_x509_crt& certificate);

int64_t ToUnixSeconds(const mbedtls_x509_time& time);
// By the machine's clock or by `clock`, whichever is later.
bool HasEnded(const mbedtls_x509_crt& certificate, const Clock& clock);

}  // namespace sluice::tls
