#pragma once

#include <string>

#include "config/config.h"
#include "config/toml_reader.h"

namespace sluice::config {

// Reads every section of a configuration; what is wrong with a single key is reported by the
// reader.
void ReadSections(TableReader& root, Config* config);

// Fills in what depends on other keys (names of routes, client ids, the dead-letter stream) and
// makes paths absolute, relative ones starting from `directory`.
void ResolveDefaults(const std::string& directory, Config* config);

}  // namespace sluice::config
