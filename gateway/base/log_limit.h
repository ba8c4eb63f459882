#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/token_bucket.h"

namespace sluice {

// How often lines of one kind may be logged that a peer can provoke: a few at once, then one every
// ten seconds. A device that is refused and comes back all night must not wear out the flash that
// the log lies on; the counters still say how often it came. One thread at a time.
class LogLimit {
 public:
  static constexpr uint32_t kBurst = 10;
  static constexpr Duration kInterval = std::chrono::seconds(10);

  // True when a line may be written now.
  bool Allows(MonotonicTime now);
  // For the end of the line that was allowed: " (12 more like this were not logged)", or nothing.
  std::string LeftOut();

 private:
  TokenBucket lines_{kBurst, kInterval};
  uint64_t left_out_ = 0;
};

}  // namespace sluice
