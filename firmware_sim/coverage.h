#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace sluice::fleet {

// Which offsets of a stream are accounted for: as runs, so that neighbours cost nothing and a gap
// costs the same whatever it says its size is.
class Coverage {
 public:
  // Both inclusive, first <= last.
  void Add(uint64_t first, uint64_t last) {
    if (!runs_.empty() && first > 0 && runs_.back().last == first - 1) {
      runs_.back().last = last;
    } else {
      runs_.push_back({first, last});
    }
  }
  // How many offsets below the largest are in no run; beginning with 0, or with the smallest.
  // `first_hole` is where they begin.
  uint64_t Uncovered(bool from_zero, uint64_t* first_hole) {
    std::sort(runs_.begin(), runs_.end(), [](Run a, Run b) { return a.first < b.first; });
    uint64_t uncovered = 0;
    uint64_t next = from_zero || runs_.empty() ? 0 : runs_.front().first;
    for (const Run& run : runs_) {
      if (run.first > next) {
        if (uncovered == 0) *first_hole = next;
        uncovered += run.first - next;
      }
      if (run.last == UINT64_MAX) break;
      next = std::max(next, run.last + 1);
    }
    return uncovered;
  }

 private:
  struct Run {
    uint64_t first;
    uint64_t last;
  };
  std::vector<Run> runs_;
};

}  // namespace sluice::fleet
