#pragma once

#include <vector>

#include "admin/admin_server.h"
#include "app/gateway.h"
#include "app/route_replay.h"

namespace sluice::app {

// What commands on this machine may tell a gateway to do; docs/dead-letters.md and docs/replay.md
// say what is asked and answered. Gateway and replay outlive the pages.
std::vector<admin::ControlPage> ControlPages(Gateway& gateway, RouteReplay& replay);

}  // namespace sluice::app
