#pragma once

#include <string>
#include <vector>

#include "app/config.h"
#include "app/toml_reader.h"
#include "base/env.h"

namespace sluice::app {

// What several keys together get wrong: names that are used twice or refer to nothing, topics that
// are none, memory that cannot hold what the rest asks for. `table` says where things stand in the
// file.
void CheckReferences(const toml::table& table, const Config& config, Mistakes* mistakes);

// Looks at the files that the configuration names.
void CheckFiles(const Env& env, const Config& config, Mistakes* mistakes);

std::vector<std::string> Warnings(const Config& config);
// What works, and may yet surprise; `sluice check` says it.
std::vector<std::string> Notes(const Env& env, const Config& config);

}  // namespace sluice::app
