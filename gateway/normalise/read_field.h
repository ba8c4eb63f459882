#pragma once

#include <cstdint>
#include <optional>

#include "decode/document.h"
#include "normalise/profile.h"

namespace sluice::normalise {

// The number in a field of the bytes that `value` holds or spells. Nothing if it ends before the
// field, is not spelled as the rule says, or if the field says that there is no value. Above 2^63
// wraps, as no field that a rule describes may be unsigned and so wide. Private to this layer.
std::optional<int64_t> ReadField(const FieldRule& rule, decode::Value value);

}  // namespace sluice::normalise
