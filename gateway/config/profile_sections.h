#pragma once

#include "config/toml_reader.h"
#include "normalise/profile.h"

namespace sluice::config {

// Reads the tables of a profile; errors go to the reader's diagnostics. The keys are those of
// docs/profiles.md.
void ReadProfile(TableReader& root, normalise::Profile* profile);

}  // namespace sluice::config
