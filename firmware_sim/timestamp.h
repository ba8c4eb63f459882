#pragma once

#include <fmt/format.h>

#include <iterator>
#include <string>

#include "base/clock.h"

namespace sluice::fleet {

// Appends "2026-11-21T09:05:00", UTC, as Tasmota does with its time zone at zero.
inline void AppendSeconds(WallTime time, std::string* out) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  fmt::format_to(std::back_inserter(*out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int(date.year()),
                 unsigned(date.month()), unsigned(date.day()), clock.hours().count(),
                 clock.minutes().count(), clock.seconds().count());
}

// Appends "2026-11-21T09:05:00.123Z".
inline void AppendMillis(WallTime time, std::string* out) {
  AppendSeconds(time, out);
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()) %
                      std::chrono::seconds(1);
  fmt::format_to(std::back_inserter(*out), ".{:03}Z", millis.count());
}

}  // namespace sluice::fleet
