#include "server/refused_event.h"

#include <fmt/format.h>

#include "schema/event_view.h"

namespace sluice::server {

ByteSpan BuildRefusedEvent(const forward::DeadLetter& letter, std::string_view gateway,
                           std::string_view stream, uint64_t offset, const Clock& clock,
                           schema::EventBuilder* builder) {
  schema::EventView original;
  const bool readable = original.Parse(letter.event).ok();
  builder->Start();
  builder->AddReading({.name = "event", .value = letter.event, .unit = {}});
  builder->AddAttribute("reason", "refused_by_uplink");
  builder->AddAttribute("text", fmt::format("0x{:02x} {}", letter.reason, letter.reason_name));
  builder->AddAttribute("route", letter.route);
  builder->AddAttribute("event_id", fmt::format("{}/{}/{}", gateway, letter.stream, letter.offset));
  schema::EventFields fields;
  fields.type = "sluice.dead_letter.v1";
  fields.gateway = gateway;
  fields.stream = stream;
  fields.offset = offset;
  fields.device = readable ? original.device() : gateway;
  fields.identity = readable ? original.identity() : std::string_view();
  fields.time = fields.received = clock.WallNow();
  fields.time_source =
      clock.WallIsSet() ? schema::TimeSource::kGateway : schema::TimeSource::kGatewayUnset;
  fields.topic = readable ? original.topic() : std::string_view();
  fields.severity = schema::Severity::kWarning;
  return builder->Finish(fields);
}

}  // namespace sluice::server
