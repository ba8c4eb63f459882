#pragma once

#include <string>
#include <vector>

#include "base/env.h"
#include "config/config.h"
#include "config/toml_reader.h"

namespace sluice::config {

// What is allowed but dangerous, such as a listener without TLS, and what cannot be as it is
// written, such as a limit that another one lowers. `table` tells what is written from defaults.
std::vector<std::string> Warnings(const toml::table& table, const Config& config);
// What works, and may yet surprise; `sluice check` says it.
std::vector<std::string> Notes(const Env& env, const Config& config);

}  // namespace sluice::config
