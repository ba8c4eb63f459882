#pragma once

#include <vector>

#include "admin/admin_server.h"
#include "app/gateway.h"

namespace sluice::app {

// What commands on this machine may tell a gateway to do; docs/dead-letters.md and docs/replay.md
// say what is asked and answered. The gateway outlives the pages.
std::vector<admin::ControlPage> ControlPages(Gateway& gateway);

}  // namespace sluice::app
