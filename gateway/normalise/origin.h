#pragma once

#include <optional>

#include "normalise/compiled_profile.h"
#include "normalise/condition.h"
#include "normalise/dead_letter.h"
#include "normalise/limits.h"
#include "normalise/message.h"

namespace sluice::normalise {

// Who was measured, and when. Private to this layer.

// The device that the rule finds, or empty, with the reason in `*rejection`: it is not there, no
// name, or none for which the publisher may speak. A view of the message, or of `buffer`.
std::string_view FindDevice(const CompiledDevice& rule, const Scope& scope, const Message& message,
                            const Limits& limits, SpellingBuffer* buffer, Rejection* rejection);

// The first of the times that is there and plausible.
std::optional<WallTime> FindTime(const std::vector<CompiledTime>& times, decode::Value base,
                                 const Message& message, Duration max_skew);

}  // namespace sluice::normalise
