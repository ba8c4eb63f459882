#include "broker/topic_filter.h"

#include <algorithm>

namespace sluice::broker {

size_t LevelsOf(std::string_view filter) {
  return static_cast<size_t>(std::count(filter.begin(), filter.end(), '/')) + 1;
}

std::string_view LiteralPrefix(std::string_view filter) {
  const size_t wildcard = filter.find_first_of("+#");
  if (wildcard == std::string_view::npos) return filter;
  return filter.substr(0, wildcard == 0 ? 0 : wildcard - 1);
}

}  // namespace sluice::broker
