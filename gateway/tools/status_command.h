#pragma once

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace sluice::tools {

struct StatusOptions {
  std::string directory = "/var/lib/sluice";  // that of the packages and the image
  std::string admin = {};                     // "192.0.2.7:9464"
  bool json = false;
  std::optional<double> watch_seconds = {};  // ask again so often
};

// `sluice status`: asks a gateway for its status and prints it: the one whose page is at `admin`
// or, if that is empty, the one on this machine whose data_dir is `directory`. 0, or 1 when it does
// not answer. With an interval it returns only if the gateway has never answered; Ctrl-C ends the
// process with 0.
int StatusCommand(const StatusOptions& options);

// The command.
void AddStatus(CLI::App& app, int* exit_code);

}  // namespace sluice::tools
