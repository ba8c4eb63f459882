#pragma once

#include <vector>

#include "admin/admin_server.h"
#include "app/identities.h"

namespace sluice::app {

// What `sluice identity` asks for; docs/identity.md says what is asked and answered. `identities`
// outlive the pages.
void AddIdentityPages(Identities& identities, std::vector<admin::ControlPage>* pages);

}  // namespace sluice::app
