#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/case_file.h"
#include "sim/handled_account.h"
#include "sim/stored_stream.h"
#include "sim/witness.h"

namespace sluice::sim {

// Judges replays of dead letters (2):
// - a letter becomes what was sent, or was refused, in the stream that it was for; of what is
//   malformed or forged comes nothing;
// - at most once: while events of a replay are stored the letter is not replayed again, unless
//   somebody asks for it where nobody can know. What a power cut has left of several events does
//   not count;
// - what is told of a letter is so, and remains: the events of what was replayed (Fate::told), and
//   the mark that it is handled;
// - none is marked as handled of which nothing came.
class ReplayJudge {
 public:
  // The file outlives it.
  explicit ReplayJudge(CaseFile& file) : file_(file) {}

  void OnStarted();
  void OnAsked(const std::vector<StoredRun>& letters, bool again);
  // The readings that the events have; empty: the letter should have become none.
  std::vector<Token> OnReplayed(uint64_t letter, const std::string& stream, uint64_t first,
                                uint64_t count);
  void OnAnswered(uint64_t letter, std::string_view outcome);
  void OnEnded();
  // What is stored, after a start and at the end.
  void Look(const std::vector<StoredStream>& streams);
  void LookAtHandled(const HandledLetters& handled);

 private:
  // What is known of one letter.
  struct Case {
    StoredRun letter;
    bool asked = false;  // its replay is under way
    // What it became at last: these events, which may be lost, ...
    std::string stream = {};
    uint64_t first = 0, count = 0;
    bool appended = false;
    bool done = false;  // ... which are safe, as somebody was told, or has found after a start
    bool told = false;  // it was told to be handled
    bool interrupted = false;  // the process ended in a replay of it, once
    bool unsure = false;       // nobody outside knows what is left of its events
  };
  // What a letter should become.
  struct Content {
    std::string stream;
    std::vector<Token> tokens;  // none: nothing
  };

  Content ContentOf(const StoredRun& letter);
  bool MayForget() const;
  void LookAtOutcome(const Case& one, uint64_t letter, std::string_view outcome);
  void LookAtRest(Case* one, const std::vector<StoredStream>& streams) const;

  CaseFile& file_;
  std::map<uint64_t, Case> cases_;  // by the letter's offset
  std::set<uint64_t> stored_;       // letters, at the last look
  bool again_ = false;              // of the batch
  bool knows_late_ = false;         // the late profile is there
};

}  // namespace sluice::sim
