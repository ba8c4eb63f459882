#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace sluice::config {

// "256MiB", "64KiB", "1GiB", "512B"; powers of 1024 only. Nothing for anything else or beyond 2^62.
std::optional<uint64_t> ParseBytes(std::string_view text);

// "250us", "20ms", "30s", "5m", "24h", "7d". Nothing for anything else or beyond a hundred years.
std::optional<Duration> ParseDuration(std::string_view text);

}  // namespace sluice::config
