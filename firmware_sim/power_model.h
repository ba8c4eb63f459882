#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/random.h"
#include "firmware_sim/slow_walk.h"

namespace sluice::fleet {

struct PowerSample {
  bool on;
  double power_watts;
  double voltage_volts;
  double current_amperes;
  double power_factor;       // 0 to 1
  double energy_watt_hours;  // since the meter was made; never falls
  double chip_celsius;
};

// A relay with a power meter and an appliance behind it that is switched on and off, more rarely at
// night. Energy is the integral of power over the time between samples, as a meter counts it.
class PowerModel {
 public:
  PowerModel(uint64_t seed, Duration day);

  // `now` does not go back between calls.
  PowerSample Sample(WallTime now);

 private:
  void MaybeSwitch(WallTime now, Duration elapsed);
  double Daylight(WallTime now) const;  // 0 at midnight to 1 at noon

  Random random_;
  Duration day_;
  double nominal_watts_;
  double power_factor_;
  double chip_celsius_ = 34.0;
  SlowWalk mains_;
  SlowWalk load_;
  bool on_;
  double energy_watt_hours_;
  WallTime last_{};
};

}  // namespace sluice::fleet
