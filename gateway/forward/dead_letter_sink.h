#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/bytes.h"
#include "forward/refusal.h"

namespace sluice::forward {

// An event that an uplink refused for good. Views; valid during the call only.
struct DeadLetter {
  std::string_view route;
  std::string_view stream;
  uint64_t offset = 0;
  Refusal refusal;
  ByteSpan event;  // as it was stored
};

// Where refused events go; whoever wires the program puts the dead-letter stream behind it. Loop
// thread only.
class DeadLetterSink {
 public:
  virtual ~DeadLetterSink() = default;
  // Takes a copy of `letter` and calls `stored` once it is committed: later, not from inside Store.
  // `stored` may be called after the route is gone. False: no room now, ask again later; the route
  // stands still until then, because its cursor passes only what is accounted for.
  virtual bool Store(const DeadLetter& letter, std::function<void()> stored) = 0;
};

}  // namespace sluice::forward
