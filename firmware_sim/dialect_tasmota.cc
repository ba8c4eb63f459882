#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/rfc3339.h"
#include "firmware_sim/climate_model.h"
#include "firmware_sim/dialect.h"
#include "firmware_sim/json_number.h"
#include "firmware_sim/power_model.h"

namespace sluice::fleet {
namespace {

// What every SENSOR message has: the topic, and the time to the second without a zone.
class Tasmota : public Dialect {
 public:
  explicit Tasmota(std::string_view identity)
      : topic_(fmt::format("devices/{0}/tele/{0}/SENSOR", identity)) {}

  void Render(WallTime now, uint64_t seq, Message* message) override {
    message->topic = topic_;
    message->payload.clear();
    time_.clear();
    AppendDateTime(now, &time_);
    JsonWriter json(&message->payload);
    json.BeginObject();
    json.Member("Time", std::string_view(time_));
    WriteSensors(now, &json);
    json.Member("seq", seq);
    json.EndObject();
  }

 private:
  virtual void WriteSensors(WallTime now, JsonWriter* json) = 0;

  std::string topic_;
  std::string time_;
};

// An ESP board with a temperature and humidity sensor.
class ClimateBoard : public Tasmota {
 public:
  ClimateBoard(std::string_view identity, uint64_t seed, Duration day)
      : Tasmota(identity), sensor_(seed % 2 == 0 ? "SHT3X" : "AM2301"), climate_(seed, day) {}

 private:
  void WriteSensors(WallTime now, JsonWriter* json) override {
    const ClimateSample sample = climate_.Sample(now);
    json->Key(sensor_);
    json->BeginObject();
    json->Member("Temperature", Decimals(sample.temperature_celsius, 1));
    json->Member("Humidity", Decimals(sample.humidity_percent, 1));
    json->Member("DewPoint", Decimals(sample.dew_point_celsius, 1));
    json->EndObject();
    json->Member("TempUnit", "C");
  }

  const char* sensor_;
  ClimateModel climate_;
};

// A metering plug.
class EnergyPlug : public Tasmota {
 public:
  EnergyPlug(std::string_view identity, uint64_t seed, Duration day)
      : Tasmota(identity), power_(seed, day) {}

 private:
  void WriteSensors(WallTime now, JsonWriter* json) override {
    const PowerSample sample = power_.Sample(now);
    const double kilowatt_hours = sample.energy_watt_hours / 1000.0;
    const double apparent = sample.power_watts / sample.power_factor;
    if (!start_) start_ = kilowatt_hours;
    json->Key("ENERGY");
    json->BeginObject();
    json->Member("TotalStartTime", "2026-01-04T10:12:30");
    json->Member("Total", Decimals(kilowatt_hours, 3));
    json->Member("Yesterday", 1.204);
    json->Member("Today", Decimals(kilowatt_hours - *start_, 3));
    json->Member("Power", Decimals(sample.power_watts, 0));
    json->Member("ApparentPower", Decimals(apparent, 0));
    json->Member("ReactivePower",
                 Decimals(std::sqrt(std::max(
                              0.0, apparent * apparent - sample.power_watts * sample.power_watts)),
                          0));
    json->Member("Factor", Decimals(sample.power_factor, 2));
    json->Member("Voltage", Decimals(sample.voltage_volts, 0));
    json->Member("Current", Decimals(sample.current_amperes, 3));
    json->EndObject();
  }

  PowerModel power_;
  std::optional<double> start_;
};

}  // namespace

std::unique_ptr<Dialect> MakeTasmota(std::string_view identity, uint64_t seed, Duration day) {
  if (seed % 5 < 3) return std::make_unique<ClimateBoard>(identity, seed, day);
  return std::make_unique<EnergyPlug>(identity, seed, day);
}

}  // namespace sluice::fleet
