#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "normalise/profile.h"

namespace sluice::config {

// Reads a profile from TOML. `file` is only a name for messages. On error kInvalidArgument with
// every error found, one a line: "file:line:column: what is wrong; what to do". Keys are
// documented in docs/profiles.md; unknown ones are errors.
Result<normalise::Profile> ParseProfile(std::string_view file, std::string_view text);

// Reads one file (at most 1 MiB), or every *.toml of a directory in the order of their names; then
// with the errors of all files.
Result<normalise::Profile> LoadProfile(const Env& env, const std::string& path);
Result<std::vector<normalise::Profile>> LoadProfiles(const Env& env, const std::string& path);

}  // namespace sluice::config
