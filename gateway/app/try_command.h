#pragma once

#include <string>

namespace sluice::app {

// `sluice try PROFILE [PAYLOAD-FILE]`: prints the events that a payload (standard input without a
// file) becomes. 0 when it becomes events or is ignored by the profile, 1 when it would be a dead
// letter, 2 when the profile is wrong.
int TryCommand(const std::string& profile_file, const std::string& payload_file,
               const std::string& topic, const std::string& identity);

}  // namespace sluice::app
