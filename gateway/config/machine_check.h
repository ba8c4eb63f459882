#pragma once

#include <string>
#include <vector>

#include "base/env.h"
#include "config/config.h"
#include "config/toml_reader.h"

namespace sluice::config {

// What is found by looking at this machine for what a configuration without mistakes names. The
// first two are lines with their place.
struct MachineFindings {
  std::vector<std::string> mistakes;  // in the text of profiles; only an editor mends them
  std::vector<std::string>
      faults;  // of the machine as it is now: missing or unfit files, addresses
  std::vector<std::string> warnings;  // certificates that have ended or are not valid yet
};

// Reads, changes nothing. A port that another program holds is no fault: that may be the gateway
// whose configuration is looked at.
MachineFindings CheckMachine(const Env& env, const toml::table& table, const Config& config);

}  // namespace sluice::config
