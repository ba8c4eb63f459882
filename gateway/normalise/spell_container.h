#pragma once

#include <string>

#include "decode/document.h"

namespace sluice::normalise {

// Writes a list or object to `*out` as JSON, for people: at most about a hundred bytes of it.
// Private to this layer.
void SpellContainer(decode::Value value, std::string* out);

}  // namespace sluice::normalise
