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
