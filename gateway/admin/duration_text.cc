#include "admin/duration_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace sluice::admin {
namespace {

constexpr std::pair<int64_t, const char*> kUnits[] = {
    {86'400, "d"}, {3'600, "h"}, {60, "min"}, {1, "s"}};

}  // namespace

std::string DurationText(Duration duration) {
  const int64_t seconds =
      std::max<int64_t>(std::chrono::duration_cast<std::chrono::seconds>(duration).count(), 0);
  for (size_t i = 0; i + 1 < std::size(kUnits); ++i) {
    const auto [unit, name] = kUnits[i];
    if (seconds < unit) continue;
    const auto [smaller_unit, smaller_name] = kUnits[i + 1];
    const int64_t rest = seconds % unit / smaller_unit;
    if (rest == 0) return fmt::format("{} {}", seconds / unit, name);
    return fmt::format("{} {} {} {}", seconds / unit, name, rest, smaller_name);
  }
  return fmt::format("{} s", seconds);
}

}  // namespace sluice::admin
