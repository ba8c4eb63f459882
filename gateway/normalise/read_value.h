#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "normalise/compiled_profile.h"
#include "schema/event_fields.h"

namespace sluice::normalise {

// Reads single members of a payload by rule. Views in what they hand out live as long as the parsed
// document and the compiled profile. Private to this layer.

enum class ReadOutcome : uint8_t {
  kRead,
  kAbsent,    // no such member, or null
  kUnusable,  // an object or an array, or, for a required reading, another type than the profile
              // says
};

ReadOutcome ReadReading(decode::Value root, decode::Value base, const CompiledReading& reading,
                        size_t max_text_bytes, schema::Reading* out);

// A text, number or boolean as it is spelled in JSON (without quotes), numbers in `buffer`; nothing
// for others.
using SpellingBuffer = std::array<char, 32>;
std::optional<std::string_view> Spell(decode::Value value, SpellingBuffer* buffer);

bool Holds(const CompiledCondition& condition, decode::Value root);

// The time of the measurement if `rule` finds one; not yet held against the gateway's.
std::optional<WallTime> ReadTime(const CompiledTime& time, decode::Value root);

std::optional<uint64_t> ReadSequence(const decode::Path& path, decode::Value root);

}  // namespace sluice::normalise
