#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/clock.h"
#include "forward/dead_letter_sink.h"
#include "normalise/message.h"
#include "schema/event_builder.h"

namespace sluice::ingest {

// The event that keeps what an uplink refused for good; see schema/dead_letter.h. Valid until the
// builder's next Start().
ByteSpan BuildRefusedEvent(const forward::DeadLetter& letter, const normalise::Target& target,
                           size_t max_kept_bytes, const Clock& clock,
                           schema::EventBuilder* builder);

}  // namespace sluice::ingest
