#include <fmt/format.h>

#include "base/json_writer.h"
#include "firmware_sim/climate_model.h"
#include "firmware_sim/dialect.h"
#include "firmware_sim/json_number.h"
#include "firmware_sim/power_model.h"

namespace sluice::fleet {
namespace {

void WriteTemperature(double celsius, JsonWriter* json) {
  json->Member("tC", Decimals(celsius, 1));
  json->Member("tF", Decimals(celsius * 1.8 + 32.0, 1));
}

// The status of a metering relay (Plus 1PM and relatives) on status/switch:0.
class MeteringSwitch : public Dialect {
 public:
  MeteringSwitch(std::string_view identity, uint64_t seed, Duration day)
      : topic_(fmt::format("devices/{0}/{0}/status/switch:0", identity)), power_(seed, day) {}

  void Render(WallTime now, uint64_t seq, Message* message) override {
    const PowerSample sample = power_.Sample(now);
    message->topic = topic_;
    message->payload.clear();
    JsonWriter json(&message->payload);
    json.BeginObject();
    json.Member("id", int64_t{0});
    json.Member("source", "timer");
    json.Member("output", sample.on);
    json.Member("apower", Decimals(sample.power_watts, 1));
    json.Member("voltage", Decimals(sample.voltage_volts, 1));
    json.Member("pf", Decimals(sample.power_factor, 2));
    json.Member("current", Decimals(sample.current_amperes, 3));
    WriteEnergy(now, sample, &json);
    json.Key("temperature");
    json.BeginObject();
    WriteTemperature(sample.chip_celsius, &json);
    json.EndObject();
    json.Member("seq", seq);
    json.EndObject();
  }

 private:
  void WriteEnergy(WallTime now, const PowerSample& sample, JsonWriter* json) {
    const auto minute = std::chrono::floor<std::chrono::minutes>(now.time_since_epoch());
    json->Key("aenergy");
    json->BeginObject();
    json->Member("total", Decimals(sample.energy_watt_hours, 3));
    json->Key("by_minute");  // milliwatt-hours of the last three minutes
    json->BeginArray();
    for (int i = 0; i < 3; ++i) json->Value(Decimals(sample.power_watts / 60.0 * 1000.0, 3));
    json->EndArray();
    json->Member("minute_ts", int64_t{std::chrono::seconds(minute).count()});
    json->EndObject();
  }

  std::string topic_;
  PowerModel power_;
};

// The status of an add-on thermometer on status/temperature:100.
class Thermometer : public Dialect {
 public:
  Thermometer(std::string_view identity, uint64_t seed, Duration day)
      : topic_(fmt::format("devices/{0}/{0}/status/temperature:100", identity)),
        climate_(seed, day) {}

  void Render(WallTime now, uint64_t seq, Message* message) override {
    message->topic = topic_;
    message->payload.clear();
    JsonWriter json(&message->payload);
    json.BeginObject();
    json.Member("id", int64_t{100});
    WriteTemperature(climate_.Sample(now).temperature_celsius, &json);
    json.Member("seq", seq);
    json.EndObject();
  }

 private:
  std::string topic_;
  ClimateModel climate_;
};

}  // namespace

std::unique_ptr<Dialect> MakeShelly(std::string_view identity, uint64_t seed, Duration day) {
  if (seed % 4 < 3) return std::make_unique<MeteringSwitch>(identity, seed, day);
  return std::make_unique<Thermometer>(identity, seed, day);
}

}  // namespace sluice::fleet
