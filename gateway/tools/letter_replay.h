#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/env.h"
#include "tools/dead_letters.h"

namespace sluice::tools {

struct LetterReplayOptions {
  LetterFilter filter = {.handled = false};
  bool again = false;  // those that are undecided, too
  bool json = false;
};

// `sluice dead-letter replay`: has the running gateway send letters once more: those at `offsets`
// or, if there are none, those that pass, the oldest first, and prints a line for each and how many
// came out how. 0 when all that were asked for are done with, else 1; standard error says why.
int DeadLetterReplay(const Env& env, const std::string& directory,
                     std::span<const uint64_t> offsets, const LetterReplayOptions& options);

}  // namespace sluice::tools
