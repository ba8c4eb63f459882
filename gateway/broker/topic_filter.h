#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::broker {

// Matching of topics and filters (MQTT 3.1.1 and 5.0, section 4.7). Their syntax is codec/topic.h's
// concern; everything here takes valid ones. Nothing allocates.

// A filter of 65,535 slashes would make as many tree nodes out of one packet, and a walk as deep.
// Real topics have three to ten levels. Sessions may allow fewer, never more.
inline constexpr size_t kMaxFilterLevels = 64;

// Walks the levels of a topic or filter; "a//b" has three, the middle one empty, and "/" has two.
class LevelReader {
 public:
  explicit LevelReader(std::string_view text) : rest_(text) {}

  // False when there is no further level.
  bool Next(std::string_view* level) {
    if (done_) return false;
    const size_t slash = rest_.find('/');
    done_ = slash == std::string_view::npos;
    *level = rest_.substr(0, slash);
    if (!done_) rest_.remove_prefix(slash + 1);
    return true;
  }
  bool done() const { return done_; }

 private:
  std::string_view rest_;
  bool done_ = false;
};

bool IsWithinMaxLevels(std::string_view filter);

// Whether `filter` matches `topic`.
bool Matches(std::string_view filter, std::string_view topic);

// The part of a filter before its first wildcard, without a '/' at its end: every topic that the
// filter matches starts with it.
std::string_view LiteralPrefix(std::string_view filter);

}  // namespace sluice::broker
