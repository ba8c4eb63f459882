#pragma once

#include <string>

namespace CLI {
class App;
}

namespace sluice::tools {

struct ReplayOptions {
  std::string directory = "/var/lib/sluice";
  std::string route;
  std::string from;  // an offset or a time
  bool dry_run = false;
  bool json = false;
};

// `sluice replay`: sets a route of the running gateway back and says how much it sends again. 0, or
// 1 with a complaint on standard error.
int Replay(const ReplayOptions& options);

// The command.
void AddReplay(CLI::App& app, int* exit_code);

}  // namespace sluice::tools
