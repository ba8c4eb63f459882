#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "normalise/compiled_profile.h"

namespace sluice::normalise {

// Where the rules of a profile look. Views. Private to this layer.
struct Scope {
  const Topic& topic;
  decode::Value root;
  decode::Value base;         // from which pointers count
  std::string_view key = {};  // of the item that the base is, if it is one
};

// A text, number or boolean as it is spelled in JSON (without quotes), numbers in `buffer`; nothing
// for others.
using SpellingBuffer = std::array<char, 32>;
std::optional<std::string_view> Spell(decode::Value value, SpellingBuffer* buffer);

bool Holds(const CompiledCondition& condition, const Scope& scope);
bool AllOfSomeHold(const std::vector<CompiledCondition>& conditions, const Scope& scope);
inline bool AllHold(const std::vector<CompiledCondition>& conditions, const Scope& scope) {
  return conditions.empty() || AllOfSomeHold(conditions, scope);
}

}  // namespace sluice::normalise
