#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace sluice::tools {

struct DraftOptions {
  std::vector<std::string> payloads;  // files, each a message on `topic`
  std::string topic = "example/device/state";
  std::string log;  // a file of messages, as `mosquitto_sub -v` prints them; "-": standard input
  std::string name = "draft";
};

// `sluice profile draft`: prints a profile that makes events of the messages. 0 when there is one,
// 1 when no message can be read, 2 for wrong usage.
int DraftCommand(const DraftOptions& options);

// The command.
void AddProfile(CLI::App& app, int* exit_code);

}  // namespace sluice::tools
