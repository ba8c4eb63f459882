#pragma once

#include <string>

namespace CLI {
class App;
}

namespace sluice::tools {

// `sluice status`: asks a gateway for its books and prints them: the one on this machine whose
// data_dir is `directory`, or, unless it is empty, the one whose page is at `admin`
// ("192.0.2.7:9464"). 0, or 1 when it does not answer.
int StatusCommand(const std::string& directory, const std::string& admin);

// The command.
void AddStatus(CLI::App& app, int* exit_code);

}  // namespace sluice::tools
