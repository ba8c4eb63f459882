#include "firmware_sim/climate_model.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::fleet {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr double kWarmestPartOfDay = 15.0 / 24.0;
constexpr double kBatteryPercentPerDay = 0.15;  // two years from a coin cell

// Saturation vapour pressure over water, hPa, by the Magnus formula.
double Saturation(double celsius) { return 6.112 * std::exp(17.62 * celsius / (243.12 + celsius)); }

// A CR2032 holds about 3 V for most of its life and falls off at the end.
double BatteryMillivolts(double percent) { return 2550.0 + 450.0 * std::pow(percent / 100.0, 0.4); }

}  // namespace

ClimateModel::ClimateModel(uint64_t seed, Duration day)
    : random_(seed),
      day_(day),
      mean_temperature_(17.0 + 6.0 * random_.Unit()),
      amplitude_(1.5 + 4.0 * random_.Unit()),
      calibration_error_(random_.Normal(0.0, 0.2)),
      weather_(0.0, 1.5, hours(8)),
      dew_point_(8.0 + 3.0 * random_.Unit(), 1.5, hours(12)),
      pressure_(1013.0, 9.0, hours(36)),
      radio_(110.0 + 90.0 * random_.Unit(), 18.0, minutes(3)),
      battery_percent_(35.0 + 65.0 * random_.Unit()) {}

double ClimateModel::DailyCurve(WallTime now) const {
  const double part = static_cast<double>((now.time_since_epoch() % day_).count()) /
                      static_cast<double>(day_.count());
  return std::cos(2.0 * std::numbers::pi * (part - kWarmestPartOfDay));
}

ClimateSample ClimateModel::Sample(WallTime now) {
  const bool first = last_ == WallTime{};
  // The first step is long, so that a thousand sensors do not all start with the same weather.
  const Duration elapsed = first ? Duration(hours(48)) : std::max(now - last_, Duration(0));
  last_ = now;

  const double air =
      mean_temperature_ + amplitude_ * DailyCurve(now) + weather_.Step(elapsed, random_);
  const double dew_point = std::min(dew_point_.Step(elapsed, random_), air);
  if (!first) {
    const double days =
        std::chrono::duration<double>(elapsed) / std::chrono::duration<double>(day_);
    battery_percent_ = std::max(1.0, battery_percent_ - kBatteryPercentPerDay * days);
  }

  ClimateSample sample;
  sample.temperature_celsius = air + calibration_error_ + random_.Normal(0.0, 0.03);
  sample.humidity_percent = std::clamp(
      100.0 * Saturation(dew_point) / Saturation(air) + random_.Normal(0.0, 0.2), 0.0, 100.0);
  sample.pressure_hpa = std::clamp(pressure_.Step(elapsed, random_), 950.0, 1060.0);
  sample.dew_point_celsius = dew_point;
  sample.battery_percent = battery_percent_;
  sample.battery_millivolts = BatteryMillivolts(battery_percent_);
  sample.link_quality = static_cast<int>(std::clamp(radio_.Step(elapsed, random_), 1.0, 255.0));
  return sample;
}

}  // namespace sluice::fleet
