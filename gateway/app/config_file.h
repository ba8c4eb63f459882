#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/config.h"
#include "base/env.h"
#include "base/status.h"

namespace sluice::app {

struct LoadedConfig {
  Config config;
  // What is allowed but dangerous, such as a listener without TLS; for the log.
  std::vector<std::string> warnings;
};

// Parses and checks a configuration by itself, without looking at files it names. `file` is the
// name for messages; relative paths are taken from its directory. On error kInvalidArgument with
// every mistake, one a line: "file:line:column: what is wrong; what to do".
Result<LoadedConfig> ParseConfig(std::string_view file, std::string_view text);

// Reads `path` (at most 1 MiB), parses it and looks at what it names: certificates and keys exist,
// secrets are readable by their owner only, profiles load.
Result<LoadedConfig> LoadConfig(const Env& env, const std::string& path);

}  // namespace sluice::app
