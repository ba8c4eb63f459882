#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"

namespace sluice::tls {

// When the certificates in a PEM file end, in seconds since 1970. Not OK for a file of which
// anything can't be read.

// That of the own one, which comes first.
Result<int64_t> OwnCertificateEnd(const std::string& path);
// That of the authority which ends last: from then on nobody's certificate is accepted.
Result<int64_t> AuthoritiesEnd(const std::string& path);

}  // namespace sluice::tls
