#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "normalise/profile.h"

namespace sluice::normalise {

// A date and time as devices write it: "2026-11-21T11:00:00", 'T' or a space between, a fraction if
// they like. With `zone_follows` it ends in "Z" or an offset ("+01:00"); without, nothing may
// follow. Nothing if it is none, or if 64 bits of nanoseconds cannot hold it.
std::optional<WallTime> ParseDateTime(std::string_view text, bool zone_follows);

// Seconds since 1970, with a fraction down to a microsecond. Nothing if negative, or too large to
// hold.
std::optional<WallTime> TimeFromSeconds(double seconds);

// `count` units since 1970. Nothing if negative, or too large to hold.
std::optional<WallTime> TimeFromCount(int64_t count, int64_t nanos_per_unit);

}  // namespace sluice::normalise
