#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "normalise/compiled_profile.h"
#include "normalise/condition.h"
#include "schema/event_fields.h"

namespace sluice::normalise {

// Reads single members of a payload by rule. Views in what they hand out live as long as the parsed
// document, the compiled profile and `scratch`, until that is used again. Private to this layer.

enum class ReadOutcome : uint8_t {
  kRead,
  kAbsent,    // no such member, null, or a word that means that there is no value
  kNoValue,   // an object or an array, marked unreadable
  kUnusable,  // of a required reading: any of these, or another type than the profile says
};

// `member`, which the rule's pointer has led to, as a reading that has no name yet. `unit` is that
// of the rule, or of its name.
ReadOutcome ReadReading(const Scope& scope, const CompiledReading& reading,
                        const CompiledUnit& unit, decode::Value member, size_t max_text_bytes,
                        std::string* scratch, schema::Reading* out);

// The same for what nearly every reading is, in a third of the time: a number as such, of a rule
// whose is_plain_number is true. Sets the name too. False: it is something else.
bool ReadPlainNumber(const CompiledReading& reading, decode::Value member, schema::Reading* out);

// The time of the measurement if `rule` finds one; not yet held against the gateway's. `received`
// decides between the two that a local time may mean in autumn.
std::optional<WallTime> ReadTime(const CompiledTime& time, decode::Value base, WallTime received);

std::optional<uint64_t> ReadSequence(const decode::Path& path, decode::Value root);

}  // namespace sluice::normalise
