#pragma once

#include <string_view>

#include "base/clock.h"
#include "base/status.h"

namespace sluice::tools {

// A time on the command line: "2026-11-26T14:00:00Z" (or with an offset, a fraction, a space
// instead of the T), or how long before `now` it was: "90s", "15m", "24h", "7d". kInvalidArgument
// for anything else, with words that say what would be right.
Result<WallTime> ParseTimeArgument(std::string_view text, WallTime now);

}  // namespace sluice::tools
