#pragma once

#include <string>

namespace CLI {
class App;
}

namespace sluice::tools {

struct StatusOptions {
  std::string directory = "/var/lib/sluice";  // that of the packages and the image
  std::string admin = {};                     // "192.0.2.7:9464"
  bool json = false;
};

// `sluice status`: asks a gateway for its status and prints it: the one whose page is at `admin`
// or, if that is empty, the one on this machine whose data_dir is `directory`. 0, or 1 when it does
// not answer.
int StatusCommand(const StatusOptions& options);

// The command.
void AddStatus(CLI::App& app, int* exit_code);

}  // namespace sluice::tools
