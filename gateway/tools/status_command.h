#pragma once

#include <string>

namespace CLI {
class App;
}

namespace sluice::tools {

// `sluice status`: asks the gateway at `admin` ("127.0.0.1:9464") for its books and prints them. 0,
// or 1 when it does not answer.
int StatusCommand(const std::string& admin);

// The command.
void AddStatus(CLI::App& app, int* exit_code);

}  // namespace sluice::tools
