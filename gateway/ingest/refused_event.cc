#include "ingest/refused_event.h"

#include <fmt/format.h>

#include "schema/dead_letter.h"

namespace sluice::ingest {

ByteSpan BuildRefusedEvent(const forward::DeadLetter& letter, const normalise::Target& target,
                           size_t max_kept_bytes, const Clock& clock,
                           schema::EventBuilder* builder) {
  const std::string text = fmt::format("0x{:02x} {}", letter.refusal.code, letter.refusal.text);
  const schema::RefusedEvent refused{.route = letter.route,
                                     .stream = letter.stream,
                                     .offset = letter.offset,
                                     .text = text,
                                     .event = letter.event,
                                     .refused = clock.WallNow(),
                                     .time_source = clock.WallIsSet()
                                                        ? schema::TimeSource::kGateway
                                                        : schema::TimeSource::kGatewayUnset};
  return schema::BuildDeadLetter(refused, {target.gateway, target.stream, target.next_offset},
                                 max_kept_bytes, builder);
}

}  // namespace sluice::ingest
