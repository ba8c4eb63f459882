#pragma once

#include <vector>

#include "admin/admin_server.h"
#include "server/server.h"

namespace sluice::app {

// GET /clients?after=N&limit=M: a page of the clients that are connected; docs/status.md says what
// is answered. `server` outlives the page.
void AddClientPages(const server::Server& server, std::vector<admin::ControlPage>* pages);

}  // namespace sluice::app
