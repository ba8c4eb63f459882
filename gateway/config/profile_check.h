#pragma once

#include <vector>

#include "config/machine.h"
#include "normalise/profile.h"

namespace sluice::config {

struct Config;

// The profiles in gateway.profiles, once they are known to go together, and with the streams. What
// their text gets wrong is an error, as only an editor mends it; that they cannot be read a fault.
std::vector<normalise::Profile> LoadCheckedProfiles(const Config& config, Machine& machine);

}  // namespace sluice::config
