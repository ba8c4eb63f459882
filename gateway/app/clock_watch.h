#pragma once

#include <string>

#include "base/clock.h"
#include "base/clock_trust.h"
#include "base/metrics.h"
#include "base/scheduler.h"
#include "journal/journal.h"

namespace sluice::app {

// When something was last written below `data_dir`, by the clock of that time; the epoch if nothing
// was. Looks at a bounded number of files; before the journal is opened, which writes.
WallTime NewestFileTime(const std::string& data_dir);

// Looks at the clock once a second, and tells it of the times at which the journal appended. Loop
// thread.
class ClockWatch {
 public:
  // Everything outlives it.
  ClockWatch(ClockTrust::Options options, WallTime newest_stored, const Clock& clock,
             Scheduler& scheduler, Metrics& metrics);

  const ClockTrust& trust() const { return trust_; }
  // From now on; `journal` outlives the watch.
  void Start(const journal::Journal& journal);

 private:
  void Look();

  const Clock& clock_;
  ClockTrust trust_;
  const journal::Journal* journal_ = nullptr;
  uint64_t appended_ = 0;
  Timer timer_;
};

}  // namespace sluice::app
