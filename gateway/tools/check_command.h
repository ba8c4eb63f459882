#pragma once

namespace CLI {
class App;
}

namespace sluice::tools {

// `sluice check CONFIG`: says every mistake and whatever else would keep `run` from starting. 0
// when there is nothing, 2 otherwise. `--offline`: nothing but the text, for a file meant for
// another machine.
void AddCheck(CLI::App& app, int* exit_code);

}  // namespace sluice::tools
