#pragma once

#include <string_view>

namespace sluice::tls {

// True for what PeerCertificate::identity promises.
bool IsValidIdentity(std::string_view name);

}  // namespace sluice::tls
