#pragma once

#include "base/clock.h"
#include "base/status.h"
#include "tls/mbedtls_compat.h"
#include "tls/peer_certificate.h"

namespace sluice::tls {

// Fails, saying why, when there is no name of the source, several, or one that cannot be an
// identity.
Result<PeerCertificate> ReadPeerCertificate(const mbedtls_x509_crt& certificate, NameSource source);

int64_t ToUnixSeconds(const mbedtls_x509_time& time);
// By the machine's clock or by `clock`, whichever is later.
bool HasEnded(const mbedtls_x509_crt& certificate, const Clock& clock);

}  // namespace sluice::tls
