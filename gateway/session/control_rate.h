#pragma once

#include "base/token_bucket.h"
#include "session/fault.h"
#include "session/limits.h"

namespace sluice::session {

// Packets that are cheap to send and costly to answer, whichever part of the session answers them:
// see Limits::control_burst.
class ControlRate {
 public:
  ControlRate(const Limits& limits, Counters& counters)
      : bucket_(TokenBucket::PerSecond(limits.control_burst, limits.control_per_second)),
        floods_(counters.control_floods) {}

  // One such packet came.
  Fault Take(MonotonicTime now) {
    if (bucket_.Take(now)) return {};
    return Fault::Limit(floods_, codec::ReasonCode::kMessageRateTooHigh,
                        "too many control packets");
  }

 private:
  TokenBucket bucket_;
  Counter& floods_;
};

}  // namespace sluice::session
