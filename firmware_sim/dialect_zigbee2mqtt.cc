#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/rfc3339.h"
#include "firmware_sim/climate_model.h"
#include "firmware_sim/contact_model.h"
#include "firmware_sim/dialect.h"
#include "firmware_sim/json_number.h"

namespace sluice::fleet {
namespace {

// A Zigbee climate sensor as Zigbee2MQTT publishes it; a third of them are window sensors that
// measure the climate as well and report the contact.
class Zigbee2Mqtt : public Dialect {
 public:
  Zigbee2Mqtt(std::string_view identity, uint64_t seed, Duration day)
      : topic_(fmt::format("devices/{0}/zigbee2mqtt/{0}", identity)),
        climate_(seed, day),
        contact_(seed + 1, day),
        has_contact_(seed % 3 == 0) {}

  void Render(WallTime now, uint64_t seq, Message* message) override {
    const ClimateSample sample = climate_.Sample(now);
    message->topic = topic_;
    message->payload.clear();
    JsonWriter json(&message->payload);
    json.BeginObject();
    json.Member("battery", Decimals(sample.battery_percent, 0));
    if (has_contact_) json.Member("contact", contact_.Sample(now));
    json.Member("humidity", Decimals(sample.humidity_percent, 2));
    WriteLastSeen(now, &json);
    json.Member("linkquality", static_cast<int64_t>(sample.link_quality));
    json.Member("pressure", Decimals(sample.pressure_hpa, 1));
    json.Member("temperature", Decimals(sample.temperature_celsius, 2));
    json.Member("voltage", Decimals(sample.battery_millivolts, 0));
    json.Member("seq", seq);
    json.EndObject();
  }

 private:
  void WriteLastSeen(WallTime now, JsonWriter* json) {
    time_.clear();
    AppendRfc3339Millis(now, &time_);
    json->Member("last_seen", std::string_view(time_));
  }

  std::string topic_;
  std::string time_;
  ClimateModel climate_;
  ContactModel contact_;
  bool has_contact_;
};

}  // namespace

std::unique_ptr<Dialect> MakeZigbee2Mqtt(std::string_view identity, uint64_t seed, Duration day) {
  return std::make_unique<Zigbee2Mqtt>(identity, seed, day);
}

}  // namespace sluice::fleet
