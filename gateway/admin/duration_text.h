#pragma once

#include <string>

#include "base/clock.h"

namespace sluice::admin {

// How long, for people, in one or two units: "0 s", "59 s", "3 min 5 s", "2 h", "4 d 5 h"; rounded
// down. What is negative is "0 s".
std::string DurationText(Duration duration);

}  // namespace sluice::admin
