#pragma once

#include <string>

namespace sluice::app {

// `sluice run CONFIG`: runs a gateway until SIGTERM or SIGINT. 0 after an orderly end, 1 when it
// could not start or its journal failed at the end, 2 when the configuration is wrong.
int RunCommand(const std::string& config_file);

// `sluice check CONFIG`: says every mistake. 0 when there is none, 2 otherwise.
int CheckCommand(const std::string& config_file);

}  // namespace sluice::app
