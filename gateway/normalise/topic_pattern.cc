#include "normalise/topic_pattern.h"

#include <algorithm>

namespace sluice::normalise {
namespace {

// Cuts the first level off, with its slash. `*more` tells "a" from "a/": a slash begins another
// level.
std::string_view TakeLevel(std::string_view* rest, bool* more) {
  const size_t slash = rest->find('/');
  const std::string_view level = rest->substr(0, slash);
  *more = slash != std::string_view::npos;
  rest->remove_prefix(*more ? slash + 1 : rest->size());
  return level;
}

}  // namespace

bool TopicPattern::Matches(std::string_view topic) const {
  std::string_view filter = filter_;
  if (topic.starts_with('$') && (filter.starts_with('+') || filter.starts_with('#'))) return false;
  bool more_filter = true, more_topic = true;
  while (more_filter && more_topic) {
    const std::string_view want = TakeLevel(&filter, &more_filter);
    if (want == "#") return true;
    const std::string_view have = TakeLevel(&topic, &more_topic);
    if (want != "+" && want != have) return false;
  }
  // "sport/#" also matches "sport" itself.
  return more_filter == more_topic || (more_filter && filter == "#");
}

std::optional<std::string_view> TopicLevel(std::string_view topic, int level) {
  if (level < 0) {
    level += static_cast<int>(std::count(topic.begin(), topic.end(), '/')) + 1;
    if (level < 0) return std::nullopt;
  }
  bool more = true;
  for (; more; --level) {
    const std::string_view text = TakeLevel(&topic, &more);
    if (level == 0) return text;
  }
  return std::nullopt;
}

}  // namespace sluice::normalise
