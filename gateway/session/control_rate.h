#pragma once

#include <chrono>

#include "base/token_bucket.h"
#include "session/action.h"
#include "session/limits.h"

namespace sluice::session {

// Packets that are cheap to send and costly to answer, whichever part of the session answers them:
// see Limits::control_burst. Every one is answered, but a client that sends more of them than that
// rests: nothing is received from it until the timer fires.
class ControlRate {
 public:
  ControlRate(const Limits& limits, Counters& counters)
      : bucket_(TokenBucket::PerSecond(limits.control_burst, limits.control_per_second)),
        floods_(counters.control_floods) {}

  // Such a packet came, which costs as much as `packets` of the cheapest ones.
  void Take(MonotonicTime now, uint32_t packets, Output* out) {
    using std::chrono::milliseconds;
    const Duration wait = bucket_.Owe(now, packets);
    if (wait == Duration::zero() || rests_) return;
    rests_ = true;
    floods_.Add();
    out->actions.push_back(
        StartTimer{TimerKind::kRest, std::max(std::chrono::ceil<milliseconds>(wait), kShortest)});
  }

  void OnTimer() { rests_ = false; }
  void Stop(Output* out) {
    if (rests_) out->actions.push_back(StopTimer{TimerKind::kRest});
    rests_ = false;
  }
  bool rests() const { return rests_; }

 private:
  // Stops a client at the bound from costing a timer for each packet.
  static constexpr std::chrono::milliseconds kShortest{20};

  TokenBucket bucket_;
  Counter& floods_;
  bool rests_ = false;
};

}  // namespace sluice::session
