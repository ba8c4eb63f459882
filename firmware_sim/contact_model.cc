#include "firmware_sim/contact_model.h"

#include <cmath>

namespace sluice::fleet {
namespace {

constexpr double kMeanOpenSeconds = 20.0;
constexpr double kMeanClosedSecondsByDay = 300.0;
constexpr double kMeanClosedSecondsAtNight = 5400.0;

}  // namespace

ContactModel::ContactModel(uint64_t seed, Duration day) : random_(seed), day_(day) {}

Duration ContactModel::UntilNextChange(WallTime now) {
  const double part = static_cast<double>((now.time_since_epoch() % day_).count()) /
                      static_cast<double>(day_.count());
  const bool by_day = part > 0.27 && part < 0.92;
  const double mean =
      closed_ ? (by_day ? kMeanClosedSecondsByDay : kMeanClosedSecondsAtNight) : kMeanOpenSeconds;
  const double seconds = 0.5 - mean * std::log(1.0 - random_.Unit());
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

bool ContactModel::Sample(WallTime now) {
  if (next_change_ == WallTime{}) next_change_ = now + UntilNextChange(now);
  while (next_change_ <= now) {
    closed_ = !closed_;
    next_change_ += UntilNextChange(next_change_);
  }
  return closed_;
}

}  // namespace sluice::fleet
