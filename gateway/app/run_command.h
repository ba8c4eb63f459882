#pragma once

#include <string>

namespace sluice::app {

// `sluice run CONFIG`: runs a gateway until SIGTERM or SIGINT. 0 after an orderly end, 1 when it
// could not start or its journal failed at the end, which is worth another try; 2 when the text of
// the configuration or of a profile is wrong, which only an editor mends.
int RunCommand(const std::string& config_file);

// `sluice check CONFIG`: says every mistake and whatever else would keep `run` from starting. 0
// when there is nothing, 2 otherwise. `offline`: nothing but the text, for a file meant for another
// machine.
int CheckCommand(const std::string& config_file, bool offline);

}  // namespace sluice::app
