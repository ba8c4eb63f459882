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

// A segment file is about to be replaced by `by`: what is wrong with that, for people; empty:
// nothing. An event of which the record is sound must not be lost to the damage beside it.
std::string LookAtReplacement(const Env& medium, const std::string& segment, const std::string& by);

}  // namespace sluice::sim
