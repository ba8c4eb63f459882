#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::normalise {

// An MQTT topic filter of a profile, matched without allocation. Few and tried in turn: a tree
// would cost more than it saves below some dozens.
class TopicPattern {
 public:
  // `filter` is a valid filter, see codec::IsTopicFilter.
  explicit TopicPattern(std::string filter) : filter_(std::move(filter)) {}

  // By section 4.7 of MQTT; wildcards at the front do not match topics that begin with '$'
  // [MQTT-4.7.2-1].
  bool Matches(std::string_view topic) const;
  const std::string& filter() const { return filter_; }

 private:
  std::string filter_;
};

// Level `level` of a topic: from 0, or, when negative, from the end (-1 is the last).
std::optional<std::string_view> TopicLevel(std::string_view topic, int level);

}  // namespace sluice::normalise
