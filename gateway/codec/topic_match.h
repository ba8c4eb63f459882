#pragma once

#include <optional>
#include <string_view>

namespace sluice::codec {

// Matching of topics and filters (MQTT 3.1.1 and 5.0, section 4.7). Their syntax is topic.h's
// concern; everything here takes valid ones. Nothing allocates.

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

// Whether `filter`, which is not a shared one, matches `topic`.
bool Matches(std::string_view filter, std::string_view topic);

// Whether there is a topic that both filters match; neither is a shared one.
bool Overlap(std::string_view one, std::string_view other);

// Level `level` of a topic: from 0, or, when negative, from the end (-1 is the last).
std::optional<std::string_view> TopicLevel(std::string_view topic, int level);

}  // namespace sluice::codec
