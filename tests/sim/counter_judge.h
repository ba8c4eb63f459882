#pragma once

#include <cstdint>
#include <string_view>

#include "sim/case_file.h"

namespace sluice::sim {

// Judges that what was refused was counted (10), and that counters count what was seen, since the
// process has started.
class CounterJudge {
 public:
  // The file outlives it.
  explicit CounterJudge(CaseFile& file) : file_(file) {}

  void OnStarted() { seen_ = {}; }
  void OnAccepted(bool as_dead_letter) { ++(as_dead_letter ? seen_.letters : seen_.messages); }
  void OnAnswered(uint8_t reason);
  void OnLetterAnswered(std::string_view outcome);
  // `text` is what the gateway says of its metrics.
  void Look(std::string_view text);

 private:
  struct Seen {
    uint64_t messages = 0, letters = 0;  // accepted
    uint64_t denied = 0, full = 0;       // answered so
    uint64_t replayed = 0, failed = 0;   // letters, as those who asked were told
  };
  void Compare(std::string_view text, std::string_view metric, uint64_t least, uint64_t most);

  CaseFile& file_;
  Seen seen_;
};

// The sum of a metric over all its labels that contain `label`; 0 if there is none.
double SumOf(std::string_view text, std::string_view metric, std::string_view label = "");

}  // namespace sluice::sim
