#include "broker/topic_filter.h"

#include <algorithm>

namespace sluice::broker {

bool IsWithinMaxLevels(std::string_view filter) {
  return static_cast<size_t>(std::count(filter.begin(), filter.end(), '/')) < kMaxFilterLevels;
}

bool Matches(std::string_view filter, std::string_view topic) {
  const bool filter_starts_wild = filter.starts_with('+') || filter.starts_with('#');
  if (topic.starts_with('$') && filter_starts_wild) return false;  // [MQTT-4.7.2-1]
  LevelReader wanted(filter), given(topic);
  std::string_view want, have;
  while (wanted.Next(&want)) {
    if (want == "#") return true;  // Also when `given` is at its end: "a/#" matches "a".
    if (!given.Next(&have)) return false;
    if (want != "+" && want != have) return false;  // [MQTT-4.7.3-4]
  }
  return given.done();
}

std::string_view LiteralPrefix(std::string_view filter) {
  const size_t wildcard = filter.find_first_of("+#");
  if (wildcard == std::string_view::npos) return filter;
  return filter.substr(0, wildcard == 0 ? 0 : wildcard - 1);
}

}  // namespace sluice::broker
