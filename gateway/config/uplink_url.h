#pragma once

#include <string_view>

#include "base/status.h"

namespace sluice::config {

// Looks at every part of an uplink's URL: mqtt:// or mqtts://, a host (a name, an IPv4 address or
// an IPv6 address in brackets), and at most a port after it. kInvalidArgument says which part is
// wrong and what to do; nothing is looked up.
Status CheckUplinkUrl(std::string_view url);

bool IsTlsUrl(std::string_view url);

}  // namespace sluice::config
