#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::transport {

// Two marks on a level: crossing the high one upwards and the low one downwards are events, what
// happens between is not, so that pressure does not flutter.
class Watermark {
 public:
  enum class Event : uint8_t { kNone, kRoseAboveHigh, kFellBelowLow };

  // low <= high.
  Watermark(size_t low, size_t high) : low_(low), high_(high) {}

  // The level is at or above the high mark, or at or below the low mark again, for the first time
  // since.
  Event Update(size_t level);
  // Passes for above whatever the level is; it must be above the low mark. True if that is news.
  bool Raise();

  bool above() const { return above_; }

 private:
  size_t low_, high_;
  bool above_ = false;
};

}  // namespace sluice::transport
