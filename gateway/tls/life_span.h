#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"

namespace sluice::tls {

// Dates of certificates and revocation lists, in seconds since 1970. Internal to tls.

bool HasPassed(int64_t end, const Clock& clock);
// It has not ended, and less is left than a tenth of its life and than 14 days: whoever renews in
// time, a day's certificate or a year's, is done by then.
bool EndsSoon(int64_t begin, int64_t end, const Clock& clock);
// "2026-11-27", in UTC.
std::string DateText(int64_t unix_seconds);

}  // namespace sluice::tls
