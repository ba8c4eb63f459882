#pragma once

#include "base/clock.h"
#include "base/metrics.h"
#include "journal/journal.h"

namespace sluice::test {

// A journal without a thread, in simulated time: nothing is preallocated or kept free, and streams
// have the same ids every time. The clock and the metrics outlive the journal.
inline journal::Options ManualJournalOptions(const Clock& clock, Metrics* metrics = nullptr) {
  journal::Options options;
  options.manual = true;
  options.clock = &clock;
  options.metrics = metrics;
  options.seed = 7;
  options.min_free_bytes = 0;
  options.preallocate = false;
  return options;
}

// Does what the journal's thread has to do until nothing is due, and tells what happened.
inline void RunUntilIdle(journal::Journal& journal, const Clock& clock) {
  for (int quiet = 0, round = 0; quiet < 2 && round < 1000; ++round) {
    const auto due = journal.RunOnce();
    journal.Poll();
    const bool idle = !journal.HasWork() && (!due || *due > clock.Now());
    quiet = idle ? quiet + 1 : 0;
  }
}

}  // namespace sluice::test
