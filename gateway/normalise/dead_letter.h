#pragma once

#include <string_view>

#include "normalise/message.h"
#include "schema/dead_letter.h"

namespace sluice::normalise {

using schema::Rejection;
using Reason = schema::DeadLetterReason;

// The event that keeps `message`; see schema/dead_letter.h. `profile` is the one for its topic.
ByteSpan BuildDeadLetter(const Message& message, const Rejection& rejection,
                         std::string_view profile, const Target& target, size_t max_payload_bytes,
                         schema::EventBuilder* builder);

}  // namespace sluice::normalise
