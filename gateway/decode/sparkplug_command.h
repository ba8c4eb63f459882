#pragma once

#include <string>

#include "base/clock.h"

namespace sluice::decode {

// The payload of an NCMD that asks an edge node for its birth and those of its devices
// (specification 3.0, 6.4.18 and 6.4.22).
std::string SparkplugRebirthCommand(WallTime now);

}  // namespace sluice::decode
