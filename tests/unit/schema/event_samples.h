#pragma once

#include <cstring>
#include <vector>

#include "schema/event_builder.h"

namespace sluice::schema {

inline EventFields GreenhouseFields() {
  return {.type = "climate.reading.v1",
          .gateway = "greenhouse-7",
          .stream = "telemetry",
          .offset = 42,
          .device = "attic",
          .identity = "hub-1",
          .time = FromUnixNanos(1'795'258'800'250'000'000),
          .time_source = TimeSource::kDevice,
          .received = FromUnixNanos(1'795'258'801'000'000'000),
          .topic = "zigbee2mqtt/attic",
          .profile = "zigbee2mqtt-climate",
          .severity = Severity::kWarning,
          .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
          .sequence = 7};
}

// One reading of each kind and two attributes. Valid until the builder's next Start().
inline ByteSpan BuildGreenhouseEvent(EventBuilder& builder,
                                     const EventFields& fields = GreenhouseFields()) {
  static constexpr uint8_t kBlob[] = {0x00, 0xff, 0x10};
  builder.Start();
  builder.AddReading({.name = "temperature", .value = 21.5, .unit = "Cel"});
  builder.AddReading(
      {.name = "battery", .value = int64_t{-3}, .unit = "%", .quality = Quality::kOutOfRange});
  builder.AddReading({.name = "contact", .value = false});
  builder.AddReading({.name = "state", .value = std::string_view("open \"wide\"")});
  builder.AddReading({.name = "blob", .value = ByteSpan(kBlob)});
  builder.AddAttribute("model", "SNZB-02");
  builder.AddAttribute("room", "");
  return builder.Finish(fields);
}

inline std::vector<uint8_t> CopyOf(ByteSpan bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace sluice::schema
