#include "firmware_sim/power_model.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::fleet {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr double kSwitchesPerHour = 12.0;
constexpr double kStandbyWatts = 0.4;

}  // namespace

PowerModel::PowerModel(uint64_t seed, Duration day)
    : random_(seed),
      day_(day),
      nominal_watts_(std::exp(random_.Normal(5.0, 0.9))),  // a lamp to a kettle
      power_factor_(0.55 + 0.44 * random_.Unit()),
      mains_(230.0, 2.5, minutes(10)),
      load_(1.0, 0.04, seconds(40)),
      on_(random_.Unit() < 0.6),
      energy_watt_hours_(500'000.0 * random_.Unit()) {}

double PowerModel::Daylight(WallTime now) const {
  const double part = static_cast<double>((now.time_since_epoch() % day_).count()) /
                      static_cast<double>(day_.count());
  return 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * part);
}

void PowerModel::MaybeSwitch(WallTime now, Duration elapsed) {
  const double hours = std::chrono::duration<double, std::ratio<3600>>(elapsed).count();
  const double rate = kSwitchesPerHour * (0.2 + 0.8 * Daylight(now));
  if (random_.Unit() < 1.0 - std::exp(-rate * hours)) on_ = !on_;
}

PowerSample PowerModel::Sample(WallTime now) {
  const Duration elapsed = last_ == WallTime{} ? Duration(0) : std::max(now - last_, Duration(0));
  last_ = now;
  MaybeSwitch(now, elapsed);

  PowerSample sample;
  sample.on = on_;
  sample.voltage_volts = mains_.Step(elapsed, random_) + random_.Normal(0.0, 0.1);
  const double load = std::max(0.1, load_.Step(elapsed, random_));
  sample.power_watts = on_ ? nominal_watts_ * load : kStandbyWatts;
  sample.power_factor = on_ ? power_factor_ : 0.35;
  sample.current_amperes = sample.power_watts / (sample.voltage_volts * sample.power_factor);
  energy_watt_hours_ +=
      sample.power_watts * std::chrono::duration<double, std::ratio<3600>>(elapsed).count();
  sample.energy_watt_hours = energy_watt_hours_;
  const double target = 34.0 + std::min(20.0, sample.power_watts / 60.0);
  chip_celsius_ += (target - chip_celsius_) *
                   (1.0 - std::exp(-std::chrono::duration<double>(elapsed).count() / 90));
  sample.chip_celsius = chip_celsius_ + random_.Normal(0.0, 0.1);
  return sample;
}

}  // namespace sluice::fleet
