#pragma once

#include <algorithm>
#include <chrono>

#include "base/status.h"
#include "config/uplink.h"

namespace sluice::uplink_paho {
struct PahoOptions;
}

namespace sluice::config {

// Paho counts in seconds.
inline std::chrono::seconds PahoConnectTimeout(const UplinkConfig& uplink) {
  return std::max(std::chrono::seconds(1),
                  std::chrono::duration_cast<std::chrono::seconds>(uplink.connect_timeout));
}

// Reads the password file, which is what may fail. Not in a build without Paho.
Result<uplink_paho::PahoOptions> MakePahoOptions(const UplinkConfig& uplink);

}  // namespace sluice::config
