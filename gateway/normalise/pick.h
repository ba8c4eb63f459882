#pragma once

#include <string>

#include "normalise/compiled_profile.h"
#include "normalise/condition.h"
#include "schema/event_fields.h"

namespace sluice::normalise {

// One reading of a list's items, as the rule's pick says: the first, the largest, their sum. False
// if no item has one. Private to this layer.
bool PickReading(const Scope& scope, const CompiledReading& reading, decode::Value list,
                 size_t max_text_bytes, std::string* scratch, schema::Reading* out);

}  // namespace sluice::normalise
