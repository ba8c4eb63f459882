#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/env.h"
#include "tools/pause.h"

namespace CLI {
class App;
}

namespace sluice::tools {

// `sluice journal …`: each prints to standard output, works beside a running gateway and returns
// the exit code.

// Streams with their segments and the books of their routes.
int JournalLs(const std::string& directory, bool segments);

struct JournalCatOptions {
  uint64_t from = 0;
  uint64_t tail = 0;                   // instead of `from`: the last records; 0: from there
  uint64_t count = 0;                  // at most; 0: all
  std::optional<WallTime> since = {};  // stored then or later
  std::optional<WallTime> until = {};  // stored before
  bool json = false;
  bool follow = false;  // go on with what is committed later
};

// Records of a stream that are committed, as CloudEvents JSON or as one line of text each; of an
// event that cannot be read the reason is told, with `json` on standard error. `pause` is for
// one who follows, and ends that; else null.
int JournalCat(const Env& env, const std::string& directory, const std::string& stream,
               const JournalCatOptions& options, Pause* pause);

// Reads every byte. 0 when nothing acknowledged is damaged, 1 otherwise.
int JournalVerify(const std::string& directory, const std::string& stream);

// The command, with a subcommand for each.
void AddJournal(CLI::App& app, int* exit_code);

}  // namespace sluice::tools
