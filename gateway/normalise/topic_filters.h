#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::normalise {

// A topic with what tells it from most filters. A message is held against the filters of every
// profile and of their rules, some two hundred; nearly all of them differ in one of these, so that
// only a few are walked level by level. Private to this layer.
struct Topic {
  explicit Topic(std::string_view name)
      : text(name),
        first(name.empty() ? '/' : name.front()),
        levels(1 + std::count(name.begin(), name.end(), '/')) {}

  std::string_view text;
  char first;
  std::ptrdiff_t levels;
};

class TopicFilters {
 public:
  // Valid ones, see CheckTopicFilter.
  explicit TopicFilters(const std::vector<std::string>& filters = {});

  bool empty() const { return filters_.empty(); }
  bool MatchesAny(const Topic& topic) const;

 private:
  struct Filter {
    std::string text;
    char first;             // '+' and '#' stand for any
    std::ptrdiff_t levels;  // without a '#' at the end exactly so many, else at least
    bool is_open;
  };
  std::vector<Filter> filters_;
};

}  // namespace sluice::normalise
