#include "codec/topic_match.h"

#include <algorithm>

namespace sluice::codec {

// One pass over both texts, character by character: every message is matched against the filters of
// streams and profiles, whose levels are too short for a search to pay.
bool Matches(std::string_view filter, std::string_view topic) {
  const bool filter_starts_wild = filter.starts_with('+') || filter.starts_with('#');
  if (topic.starts_with('$') && filter_starts_wild) return false;  // [MQTT-4.7.2-1]
  size_t f = 0, t = 0;
  for (; f < filter.size(); ++f) {
    if (filter[f] == '#') return true;
    if (filter[f] == '+') {
      while (t < topic.size() && topic[t] != '/') ++t;
    } else if (t == topic.size()) {
      return filter.substr(f) == "/#";  // "a/#" matches "a"
    } else if (filter[f] != topic[t++]) {
      return false;  // [MQTT-4.7.3-4]
    }
  }
  return t == topic.size();
}

bool Overlap(std::string_view one, std::string_view other) {
  const auto starts_wild = [](std::string_view filter) {
    return filter.starts_with('+') || filter.starts_with('#');
  };
  // Wildcards at the front never stand for topics that begin with '$' [MQTT-4.7.2-1].
  if ((starts_wild(one) && other.starts_with('$')) ||
      (starts_wild(other) && one.starts_with('$'))) {
    return false;
  }
  LevelReader ones(one), others(other);
  std::string_view a, b;
  while (true) {
    const bool has_a = ones.Next(&a), has_b = others.Next(&b);
    if ((has_a && a == "#") || (has_b && b == "#")) return true;
    if (!has_a || !has_b) return has_a == has_b;
    if (a != "+" && b != "+" && a != b) return false;
  }
}

std::optional<std::string_view> TopicLevel(std::string_view topic, int level) {
  if (level < 0) {
    level += static_cast<int>(std::count(topic.begin(), topic.end(), '/')) + 1;
    if (level < 0) return std::nullopt;
  }
  LevelReader levels(topic);
  std::string_view text;
  while (levels.Next(&text)) {
    if (level-- == 0) return text;
  }
  return std::nullopt;
}

}  // namespace sluice::codec
