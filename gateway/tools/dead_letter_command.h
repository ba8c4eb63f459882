#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/env.h"
#include "tools/dead_letters.h"

namespace CLI {
class App;
}

namespace sluice::tools {

// `sluice dead-letter …`: each prints to standard output, works beside a running gateway and
// returns the exit code: 1 when something is not as it should be, which is told on standard error.

struct DeadLetterLsOptions {
  LetterFilter filter = {.handled = false};
  bool grouped = false;
  bool json = false;
  uint64_t limit = 0;  // lines; 0: all
};

// A line a letter, or a group of letters.
int DeadLetterLs(const Env& env, const std::string& directory, const DeadLetterLsOptions& options);

// Everything about the letters at these offsets. `max_bytes` of a payload, 0: all that is kept.
int DeadLetterShow(const Env& env, const std::string& directory, std::span<const uint64_t> offsets,
                   size_t max_bytes, bool json);

// Marks letters durably as handled: those at `offsets`, or if there are none, those that pass.
// An offset without a letter is a mistake, and then nothing is marked.
int DeadLetterPurge(Env& env, const std::string& directory, std::span<const uint64_t> offsets,
                    const LetterFilter& filter);

// The command, with a subcommand for each.
void AddDeadLetter(CLI::App& app, int* exit_code);

}  // namespace sluice::tools
