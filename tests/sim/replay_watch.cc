#include "sim/replay_watch.h"

#include <utility>

#include "sim/memory_account.h"

namespace sluice::sim {

void ReplayWatch::Look(const ingest::ReplayBatch& batch) {
  using Outcome = ingest::ReplayedLetter::Outcome;
  if (std::exchange(number_, batch.number) != batch.number) next_ = 0;
  for (; next_ < batch.letters.size(); ++next_) {
    const ingest::ReplayedLetter& letter = batch.letters[next_];
    if (letter.outcome == Outcome::kWaiting) return;
    if (letter.outcome != Outcome::kReplayed) continue;
    const InWorld in_world;
    witness_.OnLetterReplayed(letter.offset, letter.stream, letter.first, letter.count);
  }
}

}  // namespace sluice::sim
