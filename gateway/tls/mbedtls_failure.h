#pragma once

#include <cstdint>
#include <string>

#include "tls/failure.h"

namespace sluice::tls {

// What mbedTLS's result of a handshake or a record means. `verify_flags` are
// MBEDTLS_X509_BADCERT_*.
Failure ClassifyError(int error, uint32_t verify_flags);
// The same for a certificate alone; kNone if there is no flag.
Failure ClassifyVerifyFlags(uint32_t verify_flags);

// What the flags mean, in mbedTLS's words: "The certificate validity has expired". Empty if there
// is none, or nothing was verified.
std::string VerifyText(uint32_t verify_flags);

// "-0x7480: SSL - No client certification received from the client…"
std::string ErrorText(int error);

}  // namespace sluice::tls
