#pragma once

#include <string>

namespace CLI {
class App;
}

namespace sluice::tools {

// `sluice try PROFILE [PAYLOAD-FILE]`: prints the events that a payload (standard input without a
// file) becomes. 0 when it becomes events or is ignored by the profile, 1 when it would be a dead
// letter, 2 when the profile is wrong.
int TryCommand(const std::string& profile_file, const std::string& payload_file,
               const std::string& topic, const std::string& identity);

// The command.
void AddTry(CLI::App& app, int* exit_code);

}  // namespace sluice::tools
