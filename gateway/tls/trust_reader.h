#pragma once

#include <vector>

#include "tls/mbedtls_compat.h"
#include "tls/trust.h"

namespace sluice::tls {

// What TrustPaths are made of; internal to tls.

// Of whoever signs with the certificate's key under its name.
TrustId AuthorityIdOf(const mbedtls_x509_crt& authority);
// Of what that one has signed under a serial number.
TrustId IssuedId(const TrustId& authority, const mbedtls_x509_buf& serial);
// Of all in a list, in order and each once.
std::vector<TrustId> AuthorityIdsOf(const mbedtls_x509_crt& authorities);
// The path of a certificate without the rest of its chain. Known when exactly one authority has
// the name of who signed it: its signature was verified when the ticket was made.
TrustPath PathFromTicket(const mbedtls_x509_crt& certificate, const mbedtls_x509_crt& authorities);

}  // namespace sluice::tls
