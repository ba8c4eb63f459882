#pragma once

#include <string>

#include "firmware_sim/fleet.h"

namespace sluice::fleet {

// One JSON object in one line without \n: what --status-file and the last line of stdout hold.
std::string StatusJson(const FleetStatus& status);
// The same for a person, one short line without \n.
std::string StatusLine(const FleetStatus& status);

}  // namespace sluice::fleet
