#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/clock.h"
#include "forward/dead_letter_sink.h"
#include "normalise/message.h"
#include "schema/event_builder.h"

namespace sluice::server {

// The event that keeps what an uplink refused for good: type "sluice.dead_letter.v1", attributes
// "reason" ("refused_by_uplink"), "text", "route" and "event_id", and the refused event as the
// reading "event" (bytes). Of an event longer than `max_kept_bytes` only so much is kept, and the
// attributes "truncated" and "event_bytes" (its length) say so. Valid until the builder's next
// Start().
ByteSpan BuildRefusedEvent(const forward::DeadLetter& letter, const normalise::Target& target,
                           size_t max_kept_bytes, const Clock& clock,
                           schema::EventBuilder* builder);

}  // namespace sluice::server
