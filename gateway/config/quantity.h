#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace sluice::config {

// "256MiB", "64KiB", "1GiB", "512B"; powers of 1024 only. Nothing for anything else or beyond 2^62.
std::optional<uint64_t> ParseBytes(std::string_view text);

// "1536 KiB", "256 MiB"; rounded down to whole KiB, as a limit that is told must not be more than
// it is.
std::string FormatBytes(uint64_t bytes);

// "250us", "20ms", "30s", "5m", "24h", "7d". Nothing for anything else or beyond a hundred years.
std::optional<Duration> ParseDuration(std::string_view text);

}  // namespace sluice::config
