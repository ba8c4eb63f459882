#pragma once

#include "journal/record.h"
#include "schema/gap.h"

namespace sluice::forward {

// A gap record of the journal in the words in which consumers hear of it.
schema::Gap GapOf(const journal::Record& record);

}  // namespace sluice::forward
