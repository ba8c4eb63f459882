#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace sluice {

// A date and time as devices write it: "2026-11-21T11:00:00", 'T' or a space between, a fraction if
// they like. With `zone_follows` it ends in "Z" or an offset ("+01:00"); without, nothing may
// follow. Nothing if it is none, or of a year before 1970 or after 2261.
std::optional<WallTime> ParseDateTime(std::string_view text, bool zone_follows);

// RFC 3339 in UTC with as many of nine fractional digits as are needed: "2026-11-21T11:00:00.25Z".
void AppendRfc3339(WallTime time, std::string* out);
// With three of them: "2026-11-21T11:00:00.250Z".
void AppendRfc3339Millis(WallTime time, std::string* out);
// Without them and without the zone: "2026-11-21T11:00:00".
void AppendDateTime(WallTime time, std::string* out);

}  // namespace sluice
