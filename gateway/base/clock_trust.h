#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"

namespace sluice {

class Metrics;
class Gauge;

// Whether the date may be believed. A board without a battery boots in the past, one with a broken
// one anywhere; whoever deletes by age must know. The clock is trusted when
// - the kernel says that something keeps it synchronised (NTP, PTP, GPS), or it has run without a
//   step for `trust_after` since boot, and
// - it is not earlier than what was written while a clock was running before (Saw).
// A clock that is 30 days ahead and steady for trust_after is believed: nobody could tell.
//
// Log: one line a change. Metric: sluice_clock_trusted. All calls on the loop thread, but those of
// floored().
class ClockTrust {
 public:
  struct Options {
    Duration trust_after = std::chrono::hours(1);
    // Whether the kernel says that the clock is kept right.
    std::function<bool()> synchronised;
  };

  // `clock` (whose Now() counts from boot) and `metrics` (may be null) outlive it. Not trusted
  // before the first Check.
  ClockTrust(const Clock& clock, Options options, Metrics* metrics = nullptr);

  // Something bears the time `t`. What is later than the clock ends the trust with the next Check.
  void Saw(WallTime t);
  // Looks again; once a second or so. A step between two calls is noticed from kStep on.
  void Check();
  bool trusted() const { return trusted_; }
  // False when the clock has stepped since the last Check, which will notice: for who is about to
  // do what cannot be undone.
  bool steady() const;
  // "trusted: the kernel keeps it synchronised", "not trusted: …"
  const std::string& why() const { return why_; }
  // How often the clock was seen to step by more than kSlack: what was stamped before is off by it.
  uint64_t steps() const { return steps_; }

  // A clock that is never earlier than what was seen: for judging what must have ended by now
  // (certificates). It is the clock itself while the kernel keeps that one synchronised. Any
  // thread.
  const Clock& floored() const { return floored_; }

  static constexpr Duration kStep = std::chrono::seconds(2);
  // How much earlier than what was seen still counts as the same time.
  static constexpr Duration kSlack = std::chrono::seconds(60);

 private:
  class FlooredClock final : public Clock {
   public:
    explicit FlooredClock(const Clock& clock) : clock_(clock) {}
    MonotonicTime Now() const override { return clock_.Now(); }
    WallTime WallNow() const override;
    void SetFloor(int64_t unix_nanos) { floor_.store(unix_nanos, std::memory_order_relaxed); }

   private:
    const Clock& clock_;
    std::atomic<int64_t> floor_{INT64_MIN};
  };

  Duration Distance() const;
  bool Decide(std::string* why);
  void NoteSteps();

  const Clock& clock_;
  const Options options_;
  Gauge* gauge_ = nullptr;
  FlooredClock floored_;
  std::optional<Duration> distance_;  // of the wall clock from the other one, at the last Check
  MonotonicTime steady_since_{};      // boot, or the last step
  WallTime newest_seen_{};
  uint64_t steps_ = 0;
  bool checked_ = false;
  bool trusted_ = false;
  std::string why_ = "not trusted: not looked at yet";
};

// What Linux says: adjtimex, or where that is forbidden (ProtectClock=) what systemd-timesyncd
// left. Does not block.
bool KernelClockIsSynchronised();

}  // namespace sluice
