#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/status.h"

namespace sluice::state {

// Renames the database at `path`, or whatever else is there, and its log to `<path>.aside.<n>` for
// people to look at, and says so in one log line with `why`. Nothing ever reads it again. The last
// of kMaxAside is replaced, which stops a dying disk from being filled with them.
Status SetAside(Env& env, const std::string& path, std::string_view why);
// The same for a database of a newer version: to `<path>.newer.<n>`. None is ever replaced; with
// kMaxAside of them it fails.
Status SetNewerAside(Env& env, const std::string& path, std::string_view why);

// How many files that were set aside are in the directory of `path`.
size_t CountSetAside(const Env& env, const std::string& path);

inline constexpr int kMaxAside = 8;

}  // namespace sluice::state
