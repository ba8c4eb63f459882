#include "normalise/topic_filters.h"

#include "codec/topic_match.h"

namespace sluice::normalise {

TopicFilters::TopicFilters(const std::vector<std::string>& filters) {
  filters_.reserve(filters.size());
  for (const std::string& filter : filters) {
    const Topic shape(filter);
    const bool is_open = filter.ends_with('#');
    // "a/#" matches "a" as well [MQTT-4.7.1-2].
    filters_.push_back({filter, shape.first, shape.levels - (is_open ? 1 : 0), is_open});
  }
}

bool TopicFilters::MatchesAny(const Topic& topic) const {
  return std::any_of(filters_.begin(), filters_.end(), [&](const Filter& filter) {
    const bool may_begin =
        filter.first == topic.first || filter.first == '+' || filter.first == '#';
    const bool may_end =
        filter.is_open ? topic.levels >= filter.levels : topic.levels == filter.levels;
    return may_begin && may_end && codec::Matches(filter.text, topic.text);
  });
}

}  // namespace sluice::normalise
