#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/random.h"
#include "firmware_sim/slow_walk.h"

namespace sluice::fleet {

// Physical values in the units of the sensors' data sheets.
struct ClimateSample {
  double temperature_celsius;
  double humidity_percent;  // relative
  double pressure_hpa;
  double dew_point_celsius;
  double battery_percent;
  double battery_millivolts;
  int link_quality;  // 0 to 255
};

// A battery-powered climate sensor in a room or a greenhouse: a daily temperature curve that peaks
// in the afternoon, weather that wanders, and humidity computed from temperature and the water in
// the air, so that it falls when it gets warm. The same seed and the same times give the same
// samples.
class ClimateModel {
 public:
  // `day` is how long a day lasts; shorter than 24 h makes daily curves visible in a rehearsal.
  ClimateModel(uint64_t seed, Duration day);

  // `now` does not go back between calls.
  ClimateSample Sample(WallTime now);

 private:
  double DailyCurve(WallTime now) const;  // in [-1, 1]

  Random random_;
  Duration day_;
  double mean_temperature_;
  double amplitude_;
  double calibration_error_;
  SlowWalk weather_;
  SlowWalk dew_point_;
  SlowWalk pressure_;
  SlowWalk radio_;
  double battery_percent_;
  WallTime last_{};
};

}  // namespace sluice::fleet
