#include "base/clock_trust.h"

#include <fmt/format.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"

namespace sluice {
namespace {

using std::chrono::duration_cast;
using std::chrono::seconds;

constexpr const char* kTimesyncdStamp = "/run/systemd/timesync/synchronized";

int64_t Seconds(Duration d) { return duration_cast<seconds>(d).count(); }

}  // namespace

WallTime ClockTrust::FlooredClock::WallNow() const {
  return std::max(clock_.WallNow(), FromUnixNanos(floor_.load(std::memory_order_relaxed)));
}

ClockTrust::ClockTrust(const Clock& clock, Options options, Metrics* metrics)
    : clock_(clock), options_(std::move(options)), floored_(clock) {
  if (metrics == nullptr) return;
  gauge_ = &metrics->AddGauge("sluice_clock_trusted",
                              "1 while the date is believed; 0: nothing expires by its age.");
}

void ClockTrust::Saw(WallTime t) { newest_seen_ = std::max(newest_seen_, t); }

// Of the wall clock from the other one.
Duration ClockTrust::Distance() const {
  return clock_.WallNow().time_since_epoch() - clock_.Now().time_since_epoch();
}

bool ClockTrust::steady() const {
  return !distance_ || std::chrono::abs(Distance() - *distance_) <= kStep;
}

void ClockTrust::NoteSteps() {
  const MonotonicTime now = clock_.Now();
  const Duration distance = Distance();
  const Duration step = distance_ ? std::chrono::abs(distance - *distance_) : Duration(0);
  if (step > kStep) steady_since_ = now;
  if (step > kSlack) ++steps_;
  distance_ = distance;
}

bool ClockTrust::Decide(std::string* why) {
  const bool synchronised = options_.synchronised && options_.synchronised();
  floored_.SetFloor(synchronised ? INT64_MIN : ToUnixNanos(newest_seen_));
  const WallTime now = clock_.WallNow();
  if (!Clock::IsPlausible(now)) {
    *why = "not trusted: it has not been set since boot";
    return false;
  }
  if (now + kSlack < newest_seen_) {
    *why = fmt::format("not trusted: {} s earlier than what is stored; set it, or wait",
                       Seconds(newest_seen_ - now));
    return false;
  }
  if (synchronised) {
    *why = "trusted: kept synchronised";
    return true;
  }
  const Duration steady = clock_.Now() - steady_since_;
  if (steady >= options_.trust_after) {
    *why = "trusted: not synchronised, but steady";
    return true;
  }
  *why = fmt::format("not trusted: not synchronised, and steady for {} s of {} s only",
                     Seconds(steady), Seconds(options_.trust_after));
  return false;
}

void ClockTrust::Check() {
  NoteSteps();
  const bool trusted = Decide(&why_);
  if (gauge_ != nullptr) gauge_->Set(trusted ? 1 : 0);
  const bool changed = std::exchange(trusted_, trusted) != trusted;
  if (std::exchange(checked_, true) && !changed) return;
  if (trusted) {
    LogInfo("clock: {}", why_);
  } else {
    LogWarn("clock: {}; nothing expires by its age until then", why_);
  }
}

bool KernelClockIsSynchronised() {
  timex state{};
  const int result = adjtimex(&state);
  if (result >= 0) return result != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
  return access(kTimesyncdStamp, F_OK) == 0;
}

}  // namespace sluice
