#pragma once

#include <string>

namespace CLI {
class App;
}

namespace sluice::tools {

struct TryOptions {
  std::string profiles;  // a file, or a directory of them
  std::string payload;   // a file; empty or "-": standard input
  std::string topic;
  std::string identity = "example";
  bool say_members = false;
  bool is_log = false;  // many messages, as `mosquitto_sub -v` prints them
};

// `sluice try PROFILE [PAYLOAD-FILE]`: prints the events that a payload becomes. Of a log it prints
// the events of every message, and on standard error what becomes a dead letter and how many there
// are of each. 0 when nothing is a dead letter, 1 when something is, 2 when a profile is wrong.
int TryCommand(const TryOptions& options);

// The command.
void AddTry(CLI::App& app, int* exit_code);

}  // namespace sluice::tools
