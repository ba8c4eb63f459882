#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/random.h"

namespace sluice::fleet {

// A door or window: mostly closed, opened now and then by day, rarely at night, and closed soon
// after.
class ContactModel {
 public:
  ContactModel(uint64_t seed, Duration day);

  // True while it is closed, as contact sensors report it. `now` does not go back between calls.
  bool Sample(WallTime now);

 private:
  Duration UntilNextChange(WallTime now);

  Random random_;
  Duration day_;
  bool closed_ = true;
  WallTime next_change_{};
};

}  // namespace sluice::fleet
