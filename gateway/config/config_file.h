#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "config/config.h"
#include "normalise/profile.h"

namespace sluice::config {

struct LoadedConfig {
  Config config;
  // Those in gateway.profiles; none unless this machine was looked at.
  std::vector<normalise::Profile> profiles;
  // What is allowed but dangerous, such as a listener without TLS, and limits that are lowered; for
  // the log.
  std::vector<std::string> warnings;
  // What works, and may surprise all the same.
  std::vector<std::string> notes;
  // What keeps the gateway from starting on this machine as it is now, although the text is right:
  // "file:line:column: what is wrong; what to do". May mend without anybody changing the text, such
  // as a card that is not mounted yet.
  std::vector<std::string> faults;
};

// Parses and checks a configuration by itself, without looking at files it names. `file` is the
// name for messages; relative paths are taken from its directory. On error kInvalidArgument with
// every error, one a line: "file:line:column: what is wrong; what to do".
Result<LoadedConfig> ParseConfig(std::string_view file, std::string_view text);

// Reads `path` (at most 1 MiB), parses it and looks at what it names on this machine: certificates
// and keys, secrets that only their owner may read, profiles, addresses, data_dir. kInvalidArgument
// for errors in the text and in that of profiles, anything else if `path` cannot be read.
Result<LoadedConfig> LoadConfig(const Env& env, const std::string& path);
// The same without looking at anything but `path`: for a configuration that is meant for another
// machine.
Result<LoadedConfig> LoadConfigOffline(const Env& env, const std::string& path);

}  // namespace sluice::config
