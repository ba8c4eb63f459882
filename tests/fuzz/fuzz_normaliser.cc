// Any payload under the three profiles of devices/profiles. The first byte chooses the topic; the
// rest is the payload. Whatever comes out must be an event that verifies, or a rejection with a
// reason.

#include <array>
#include <string>

#include "base/status.h"
#include "config/profile_file.h"
#include "normalise/normaliser.h"
#include "schema/cloudevents_json.h"

namespace sluice {
namespace {

constexpr std::array<std::string_view, 20> kTopics = {"zigbee2mqtt/attic",
                                                      "devices/d/tele/th16/SENSOR",
                                                      "shelly-1/status/switch:0",
                                                      "devices/d/shelly-1/events/rpc",
                                                      "shelly-1/status/temperature:100",
                                                      "no/profile",
                                                      "shellies/shellyem3-1/emeter/0/power",
                                                      "homie/d/n/p",
                                                      "d/sensor/t/state",
                                                      "homeassistant/sensor/t/state",
                                                      "application/1/device/d/event/up",
                                                      "v3/a@t/devices/d/up",
                                                      "rtl_433/h/events",
                                                      "home/g/BTtoMQTT/A4C1",
                                                      "ruuvi/g/t",
                                                      "N/p/system/0/Batteries",
                                                      "openWB/evu/W",
                                                      "watermeter/main/json",
                                                      "tele/p/STATE",
                                                      "shelly-1/status/em:0"};

std::unique_ptr<normalise::Normaliser> MakeNormaliser() {
  auto profiles =
      config::LoadProfiles(Env::Posix(), std::string(SLUICE_SOURCE_DIR) + "/devices/profiles");
  SLUICE_CHECK(profiles.ok());
  auto normaliser = normalise::Normaliser::Create(std::move(*profiles), normalise::Limits());
  SLUICE_CHECK(normaliser.ok());
  return std::move(*normaliser);
}

// What one input goes through, kept from input to input as the gateway keeps it from message to
// message.
class Harness {
 public:
  void Run(std::string_view topic, ByteSpan payload) {
    const normalise::Message message{.topic = topic,
                                     .payload = payload,
                                     .identity = "fuzzer",
                                     .received = FromUnixNanos(1'795'262'400'000'000'000)};
    const normalise::Target target{.gateway = "g", .stream = "s", .next_offset = 1};
    switch (normaliser_->Normalise(message, target, &events_, &rejection_)) {
      case normalise::Verdict::kEvents:
        return CheckEvents();
      case normalise::Verdict::kIgnored:
        return SLUICE_CHECK(events_.empty());
      case normalise::Verdict::kRejected:
        SLUICE_CHECK(events_.empty());
        SLUICE_CHECK(rejection_.reason != normalise::Reason::kNone);
        CheckEvent(normalise::BuildDeadLetter(message, rejection_, "", target, 1024, &builder_));
    }
  }

 private:
  void CheckEvents() {
    SLUICE_CHECK(!events_.empty() && events_.size() <= normaliser_->limits().max_events);
    for (size_t i = 0; i < events_.size(); ++i) CheckEvent(events_.event(i));
  }

  void CheckEvent(ByteSpan event) {
    SLUICE_CHECK(view_.Parse(event).ok());
    SLUICE_CHECK(view_.reading_count() > 0);
    json_.clear();
    schema::AppendEventJson(view_, &json_);
  }

  std::unique_ptr<normalise::Normaliser> normaliser_ = MakeNormaliser();
  normalise::EventList events_;
  normalise::Rejection rejection_;
  schema::EventBuilder builder_;
  schema::EventView view_;
  std::string json_;
};

}  // namespace
}  // namespace sluice

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static sluice::Harness harness;
  if (size == 0) return 0;
  harness.Run(sluice::kTopics[data[0] % sluice::kTopics.size()], {data + 1, size - 1});
  return 0;
}
