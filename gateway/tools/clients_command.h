#pragma once

namespace CLI {
class App;
}

namespace sluice::tools {

// `sluice clients`: who is connected to the gateway on this machine, a line each for people or,
// with
// --json, for programs.
void AddClients(CLI::App& app, int* exit_code);

}  // namespace sluice::tools
