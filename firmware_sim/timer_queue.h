#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"

namespace sluice::fleet {

// Timers by number, in a heap. Starting one again replaces it: the old entry stays in the heap and
// is skipped when its time comes, so starting costs no search. (A timing wheel was rejected: a few
// thousand timers a second do not repay one.) One thread.
class TimerQueue {
 public:
  // Timers are numbered 0 … count-1.
  explicit TimerQueue(size_t count) : generations_(count, 0) {}

  void Start(uint32_t timer, MonotonicTime at) {
    heap_.push_back({at, timer, ++generations_[timer]});
    std::push_heap(heap_.begin(), heap_.end(), Later);
  }
  void Stop(uint32_t timer) { ++generations_[timer]; }

  // The next timer that is due at `now`, in the order of their times; nothing if none is.
  std::optional<uint32_t> PopDue(MonotonicTime now) {
    while (!heap_.empty() && heap_.front().at <= now) {
      const Entry entry = Pop();
      if (entry.generation == generations_[entry.timer]) return entry.timer;
    }
    return std::nullopt;
  }
  // When to look again at the latest; maybe earlier than the next timer, never later.
  MonotonicTime NextTime() const { return heap_.empty() ? MonotonicTime::max() : heap_.front().at; }

 private:
  struct Entry {
    MonotonicTime at;
    uint32_t timer;
    uint32_t generation;
  };
  static bool Later(const Entry& a, const Entry& b) { return a.at > b.at; }
  Entry Pop() {
    std::pop_heap(heap_.begin(), heap_.end(), Later);
    const Entry entry = heap_.back();
    heap_.pop_back();
    return entry;
  }

  std::vector<uint32_t> generations_;
  std::vector<Entry> heap_;
};

}  // namespace sluice::fleet
