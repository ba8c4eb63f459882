#pragma once

namespace CLI {
class App;
}

namespace sluice::tools {

// `sluice enrol NAME`: a device's key and certificate, or its password or pre-shared key, and what
// to type into it. `exit_code` outlives the parsing.
void AddEnrol(CLI::App& app, int* exit_code);

}  // namespace sluice::tools
