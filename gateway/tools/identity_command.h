#pragma once

#include <string>

namespace CLI {
class App;
}

namespace sluice::tools {

// `sluice identity add|list|enable|disable|remove|import|export`: who may come in, in a running
// gateway. Passwords are hashed here: the gateway hears their hashes. Each verb exits with 0, or
// with 1 and a complaint on standard error.
void AddIdentity(CLI::App& app, int* exit_code);

}  // namespace sluice::tools
