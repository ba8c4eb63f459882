#include "tls/failure.h"

#include <array>

namespace sluice::tls {
namespace {

constexpr std::array<std::string_view, kFailureCount> kNames = {
    "none",    "no_certificate", "untrusted",  "revoked",      "crl_ended",
    "expired", "not_yet_valid",  "wrong_name", "bad_identity", "no_common_parameters",
    "bad_psk", "peer_alert",     "protocol",   "internal",
};

}  // namespace

std::string_view FailureName(Failure failure) { return kNames.at(static_cast<size_t>(failure)); }

}  // namespace sluice::tls
