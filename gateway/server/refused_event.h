#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "forward/dead_letter_sink.h"
#include "schema/event_builder.h"

namespace sluice::server {

// The event that keeps what an uplink refused for good: type "sluice.dead_letter.v1", attributes
// "reason"
// ("refused_by_uplink"), "text", "route" and "event_id", and the refused event as the reading
// "event" (bytes). Valid until the builder's next Start().
ByteSpan BuildRefusedEvent(const forward::DeadLetter& letter, std::string_view gateway,
                           std::string_view stream, uint64_t offset, const Clock& clock,
                           schema::EventBuilder* builder);

}  // namespace sluice::server
