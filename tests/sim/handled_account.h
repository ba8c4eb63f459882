#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/env.h"

namespace sluice::sim {

// Which dead letters people are done with, as the medium has it (FORMAT.md, "Handled events"), read
// by somebody who shares no code with the journal.
struct HandledLetters {
  bool sound = true;                                       // or nobody can know
  std::vector<std::pair<uint64_t, uint64_t>> ranges = {};  // [first, end), ascending

  bool Contains(uint64_t letter) const;
};

// No file is one in which none are.
HandledLetters ReadHandledLetters(const Env& medium, const std::string& directory);

}  // namespace sluice::sim
