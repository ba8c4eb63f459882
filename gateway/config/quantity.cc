#include "config/quantity.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

namespace sluice::config {
namespace {

using Unit = std::pair<std::string_view, uint64_t>;

constexpr std::array<Unit, 4> kByteUnits = {{
    {"B", 1},
    {"KiB", 1ull << 10},
    {"MiB", 1ull << 20},
    {"GiB", 1ull << 30},
}};

constexpr std::array<Unit, 6> kTimeUnits = {{
    {"us", 1'000ull},
    {"ms", 1'000'000ull},
    {"s", 1'000'000'000ull},
    {"m", 60'000'000'000ull},
    {"h", 3'600'000'000'000ull},
    {"d", 86'400'000'000'000ull},
}};

// A whole number directly followed by one of the units, together at most `max`.
template <size_t N>
std::optional<uint64_t> ParseWithUnit(std::string_view text, const std::array<Unit, N>& units,
                                      uint64_t max) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  for (const auto& [name, factor] : units) {
    if (unit == name) return number <= max / factor ? std::optional(number * factor) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<uint64_t> ParseBytes(std::string_view text) {
  return ParseWithUnit(text, kByteUnits, uint64_t{1} << 62);
}

std::string FormatBytes(uint64_t bytes) {
  for (auto unit = kByteUnits.rbegin(); unit != kByteUnits.rend(); ++unit) {
    const auto& [name, factor] = *unit;
    if (factor > 1 && bytes >= factor && bytes % factor == 0) {
      return fmt::format("{} {}", bytes / factor, name);
    }
  }
  return bytes < 1024 ? fmt::format("{} B", bytes) : fmt::format("{} KiB", bytes >> 10);
}

std::optional<Duration> ParseDuration(std::string_view text) {
  constexpr uint64_t kHundredYears = 36'525ull * 86'400'000'000'000ull;
  const auto nanos = ParseWithUnit(text, kTimeUnits, kHundredYears);
  if (!nanos) return std::nullopt;
  return Duration(static_cast<int64_t>(*nanos));
}

}  // namespace sluice::config
