#pragma once

#include <string_view>

#include "normalise/compiled_profile.h"
#include "normalise/condition.h"

namespace sluice::normalise {

// What a reading is called and in which unit its value comes. Private to this layer.
struct ReadingName {
  std::string_view text;
  const CompiledUnit* unit;
  bool is_left_out = false;  // the profile names others only
};

// A name from the payload that is none (empty, longer than 64 bytes, not printable) is the rule's
// own. Views of the profile, the payload or `buffer`.
ReadingName NameOf(const CompiledReading& reading, const Scope& scope, SpellingBuffer* buffer);

}  // namespace sluice::normalise
