#pragma once

#include <string>

namespace sluice::app {

// `sluice run CONFIG`: runs a gateway until SIGTERM or SIGINT. 0 after an orderly end, 1 when it
// could not start or its journal failed at the end, which is worth another try; 2 when the text of
// the configuration or of a profile is wrong, which only an editor mends.
int RunCommand(const std::string& config_file);

}  // namespace sluice::app
