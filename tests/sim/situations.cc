#include "sim/situations.h"

#include <algorithm>
#include <array>

#include "base/status.h"

namespace sluice::sim {
namespace {

// Sorted.
constexpr auto kNames = std::to_array<std::string_view>({
    "calm",
    "died between two operations",
    "died while starting",
});

}  // namespace

std::span<const std::string_view> Situations::Names() { return kNames; }

void Situations::Reached(std::string_view name) {
  const auto known = times_.find(name);
  if (known != times_.end()) {
    ++known->second;
    return;
  }
  SLUICE_CHECK(std::find(kNames.begin(), kNames.end(), name) != kNames.end());
  times_.emplace(name, 1);
}

uint64_t Situations::Times(std::string_view name) const {
  const auto known = times_.find(name);
  return known == times_.end() ? 0 : known->second;
}

}  // namespace sluice::sim
