#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"

namespace sluice::config {

template <typename Section>
bool HasName(const std::vector<Section>& all, std::string_view name) {
  return std::any_of(all.begin(), all.end(), [&](const Section& s) { return s.name == name; });
}

// Sections that routes, people and files on disk tell apart by their names.
template <typename Section>
void CheckNamesDiffer(std::string_view section, const std::vector<Section>& all,
                      Diagnostics* diagnostics) {
  std::set<std::string_view> seen;
  for (size_t i = 0; i < all.size(); ++i) {
    if (seen.insert(all[i].name).second) continue;
    diagnostics->Error(fmt::format("{}[{}].name", section, i),
                       fmt::format("'{}' is used twice; names must differ", all[i].name));
  }
}

}  // namespace sluice::config
