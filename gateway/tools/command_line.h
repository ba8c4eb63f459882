#pragma once

#include <functional>
#include <string>

namespace sluice::tools {

// What `sluice` is asked to do, done: the command's exit code, or 2 for wrong usage. `run` is the
// one command that is not a tool: it gets the configuration file.
int RunCommandLine(int argc, char** argv, const std::string& version,
                   const std::function<int(const std::string&)>& run);

}  // namespace sluice::tools
