#pragma once

#include <cstdint>
#include <utility>

namespace sluice {

// Whether something happens again and again: it does after so many looks that saw its counter
// changed, and no longer after so many in a row that did not. Between them nothing flaps.
class Recurring {
 public:
  Recurring(uint32_t looks_until_raised, uint32_t quiet_looks_until_cleared)
      : raise_after_(looks_until_raised), clear_after_(quiet_looks_until_cleared) {}

  // The state after a look at the counter.
  bool Look(uint64_t counter) {
    if (std::exchange(last_, counter) != counter) {
      quiet_ = 0;
      if (busy_ < raise_after_) ++busy_;
    } else if (++quiet_ >= clear_after_) {
      busy_ = 0;
    }
    return busy_ >= raise_after_;
  }

 private:
  const uint32_t raise_after_;
  const uint32_t clear_after_;
  uint64_t last_ = 0;
  uint32_t busy_ = 0;
  uint32_t quiet_ = 0;
};

}  // namespace sluice
