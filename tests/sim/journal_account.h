#pragma once

#include <string>
#include <vector>

#include "base/env.h"
#include "sim/stored_stream.h"

namespace sluice::sim {

// What the journal's files in `directory` hold, read by somebody who knows FORMAT.md and none of
// the code that wrote them. For judges, when nobody writes.
std::vector<StoredStream> ReadJournal(const Env& medium, const std::string& directory,
                                      const std::vector<std::string>& streams);

}  // namespace sluice::sim
