#pragma once

#include <string>

#include "app/gateway.h"
#include "base/health.h"

namespace sluice::sim {

// What is not well with a gateway that has nothing but good luck for a while: what waits to be
// forwarded, an uplink that is away, books that do not add up, what health says. Empty: all is
// well. `patiently`: also what health remembers for some minutes.
std::string WhatIsWrong(app::Gateway& gateway, const Health& health, bool patiently);

}  // namespace sluice::sim
