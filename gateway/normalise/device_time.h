#pragma once

#include <optional>

#include "base/clock.h"
#include "normalise/profile.h"

namespace sluice::normalise {

// Seconds since 1970, with a fraction down to a microsecond. Nothing if negative, or too large to
// hold.
std::optional<WallTime> TimeFromSeconds(double seconds);

// `count` units since 1970. Nothing if negative, or too large to hold.
std::optional<WallTime> TimeFromCount(int64_t count, int64_t nanos_per_unit);

}  // namespace sluice::normalise
