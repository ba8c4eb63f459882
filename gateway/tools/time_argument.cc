#include "tools/time_argument.h"

#include "base/rfc3339.h"
#include "config/quantity.h"
#include "tools/plain_text.h"

namespace sluice::tools {

Result<WallTime> ParseTimeArgument(std::string_view text, WallTime now) {
  if (const auto time = ParseDateTime(text, true)) return *time;
  const auto ago = config::ParseDuration(text);
  if (ago && *ago <= now.time_since_epoch()) return now - *ago;
  return Status::InvalidArgument(
      "'" + OneLine(text) + "' is no time; say 2026-11-26T14:00:00Z, or how long ago: 15m, 24h");
}

}  // namespace sluice::tools
