#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "journal/journal.h"
#include "journal/replay_notes.h"

namespace sluice::ingest {

// A batch that is to begin; the last two are the answer.
struct BegunReplay {
  std::vector<uint64_t> offsets;
  std::vector<journal::ReplayNotes::Target> targets;
  bool again = false;         // undecided ones, too
  uint64_t first_stored = 0;  // of the letters; what is noted of earlier ones is forgotten
  std::set<uint64_t> handled, undecided;  // of the offsets: these must not be replayed
};

// What became of the letters of a batch; those of it that are in neither are as they were.
struct SettledReplay {
  std::vector<uint64_t> handled;
  std::vector<std::pair<uint64_t, std::string>> failed;  // with the reason
  std::vector<uint64_t> undecided = {};
};

// The marks and notes beside the dead-letter stream, as a replay changes them. Each is an errand
// for the journal thread; durable when it returns OK. A value.
struct ReplayFiles {
  std::string directory;
  std::string letters;
  uint64_t stream_id = 0;

  // Notes what may be replayed of the batch as begun.
  Status Begin(Env& env, BegunReplay* replay) const;
  // Marks first, then forgets what was begun, so that there is no moment at which a letter whose
  // events are committed is neither.
  Status Settle(Env& env, const SettledReplay& settled) const;
  // Likewise.
  Status Load(Env& env, journal::ReplayNotes* notes) const;
};

// Where replays may go, as they are now: every stream but the letters'.
std::vector<journal::ReplayNotes::Target> TargetsOf(const journal::Journal& journal,
                                                    std::string_view letters);

}  // namespace sluice::ingest
