#pragma once

#include <optional>

#include "tls/mbedtls_compat.h"
#include "tls/peer_certificate.h"

namespace sluice::tls {

// None when the subject has no common name, several, or one that cannot be an identity.
std::optional<PeerCertificate> ReadPeerCertificate(const mbedtls_x509_crt& certificate);

int64_t ToUnixSeconds(const mbedtls_x509_time& time);

}  // namespace sluice::tls
