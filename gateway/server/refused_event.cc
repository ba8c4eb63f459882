#include "server/refused_event.h"

#include <fmt/format.h>

#include <algorithm>

#include "schema/event_view.h"

namespace sluice::server {

ByteSpan BuildRefusedEvent(const forward::DeadLetter& letter, const normalise::Target& target,
                           size_t max_kept_bytes, const Clock& clock,
                           schema::EventBuilder* builder) {
  schema::EventView original;
  const bool readable = original.Parse(letter.event).ok();
  builder->Start();
  const ByteSpan kept = letter.event.first(std::min(letter.event.size(), max_kept_bytes));
  builder->AddReading({.name = "event", .value = kept, .unit = {}});
  builder->AddAttribute("reason", "refused_by_uplink");
  builder->AddAttribute("text", fmt::format("0x{:02x} {}", letter.reason, letter.reason_name));
  builder->AddAttribute("route", letter.route);
  builder->AddAttribute("event_id",
                        fmt::format("{}/{}/{}", target.gateway, letter.stream, letter.offset));
  if (kept.size() < letter.event.size()) {
    builder->AddAttribute("truncated", "true");
    builder->AddAttribute("event_bytes", fmt::format("{}", letter.event.size()));
  }
  schema::EventFields fields;
  fields.type = "sluice.dead_letter.v1";
  fields.gateway = target.gateway;
  fields.stream = target.stream;
  fields.offset = target.next_offset;
  fields.device = readable ? original.device() : target.gateway;
  fields.identity = readable ? original.identity() : std::string_view();
  fields.time = fields.received = clock.WallNow();
  fields.time_source =
      clock.WallIsSet() ? schema::TimeSource::kGateway : schema::TimeSource::kGatewayUnset;
  fields.topic = readable ? original.topic() : std::string_view();
  fields.severity = schema::Severity::kWarning;
  return builder->Finish(fields);
}

}  // namespace sluice::server
