#include <gtest/gtest.h>

#include "firmware_sim/climate_model.h"
#include "firmware_sim/contact_model.h"
#include "firmware_sim/power_model.h"

namespace sluice::fleet {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kDay = hours(24);
const WallTime kMidnight = FromUnixNanos(1'790'035'200'000'000'000);  // 2026-09-22T00:00:00Z

TEST(ClimateModel, SameSeedGivesSameSamples) {
  ClimateModel a(7, kDay), b(7, kDay);
  for (int i = 0; i < 100; ++i) {
    const WallTime now = kMidnight + seconds(i);
    EXPECT_EQ(a.Sample(now).temperature_celsius, b.Sample(now).temperature_celsius);
  }
}

TEST(ClimateModel, OtherSeedGivesOtherSamples) {
  EXPECT_NE(ClimateModel(7, kDay).Sample(kMidnight).temperature_celsius,
            ClimateModel(8, kDay).Sample(kMidnight).temperature_celsius);
}

TEST(ClimateModel, StaysInTheSensorsRangeForAYear) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    ClimateModel model(seed, kDay);
    for (int i = 0; i < 8760; ++i) {
      const ClimateSample sample = model.Sample(kMidnight + hours(i));
      ASSERT_GT(sample.temperature_celsius, -20);
      ASSERT_LT(sample.temperature_celsius, 50);
      ASSERT_GE(sample.humidity_percent, 0);
      ASSERT_LE(sample.humidity_percent, 100);
      ASSERT_GE(sample.battery_percent, 1);
      ASSERT_LE(sample.battery_millivolts, 3000);
    }
  }
}

// The mean over many devices and days, so that weather averages out.
double MeanAtHour(int hour, double (*value)(const ClimateSample&)) {
  double sum = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    ClimateModel model(seed, kDay);
    for (int day = 0; day < 30; ++day)
      sum += value(model.Sample(kMidnight + hours(24 * day + hour)));
  }
  return sum / 1500;
}

TEST(ClimateModel, AfternoonsAreWarmerAndDrierThanNights) {
  const auto temperature = [](const ClimateSample& s) { return s.temperature_celsius; };
  const auto humidity = [](const ClimateSample& s) { return s.humidity_percent; };
  EXPECT_GT(MeanAtHour(15, temperature), MeanAtHour(3, temperature) + 3);
  EXPECT_LT(MeanAtHour(15, humidity), MeanAtHour(3, humidity) - 5);
}

TEST(ClimateModel, NeighbouringSamplesAreNearlyEqual) {
  ClimateModel model(3, kDay);
  double last = model.Sample(kMidnight).temperature_celsius;
  for (int i = 1; i < 600; ++i) {
    const double next = model.Sample(kMidnight + seconds(i)).temperature_celsius;
    ASSERT_LT(std::abs(next - last), 0.3);
    last = next;
  }
}

TEST(ClimateModel, BatteryNeverRises) {
  ClimateModel model(3, kDay);
  double last = 100;
  for (int i = 0; i < 1000; ++i) {
    const double battery = model.Sample(kMidnight + hours(i)).battery_percent;
    ASSERT_LE(battery, last);
    last = battery;
  }
}

TEST(PowerModel, EnergyNeverFallsAndIsTheIntegralOfPower) {
  PowerModel model(5, kDay);
  double last = model.Sample(kMidnight).energy_watt_hours;
  for (int i = 1; i < 5000; ++i) {
    const PowerSample sample = model.Sample(kMidnight + seconds(10 * i));
    ASSERT_NEAR(sample.energy_watt_hours - last, sample.power_watts * 10 / 3600, 1e-6);
    last = sample.energy_watt_hours;
  }
}

TEST(PowerModel, PowerIsVoltageTimesCurrentTimesFactor) {
  PowerModel model(5, kDay);
  for (int i = 0; i < 1000; ++i) {
    const PowerSample s = model.Sample(kMidnight + minutes(i));
    ASSERT_NEAR(s.voltage_volts * s.current_amperes * s.power_factor, s.power_watts, 1e-6);
    ASSERT_NEAR(s.voltage_volts, 230, 25);
  }
}

TEST(PowerModel, IsSwitchedOnAndOff) {
  PowerModel model(5, kDay);
  int on = 0;
  for (int i = 0; i < 1440; ++i) on += model.Sample(kMidnight + minutes(i)).on;
  EXPECT_GT(on, 100);
  EXPECT_LT(on, 1340);
}

int Openings(WallTime from, Duration length) {
  int openings = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    ContactModel door(seed, kDay);
    bool closed = door.Sample(from);
    for (Duration t{0}; t < length; t += seconds(1)) {
      const bool now_closed = door.Sample(from + t);
      openings += closed && !now_closed;
      closed = now_closed;
    }
  }
  return openings;
}

TEST(ContactModel, DoorsOpenMoreOftenByDay) {
  const int by_day = Openings(kMidnight + hours(10), hours(4));
  const int at_night = Openings(kMidnight + hours(1), hours(4));
  EXPECT_GT(by_day, 200);
  EXPECT_LT(at_night * 3, by_day);
}

}  // namespace
}  // namespace sluice::fleet
