#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "journal/errand.h"

namespace sluice::journal {

struct ReadJob;

// What the loop thread and the journal thread share. Both hold the mutex only to copy numbers and
// to swap buffers (the loop thread also to encode one record), never across I/O.
struct JournalShared {
  enum class Sleep : uint8_t {
    kAwake,      // will look for work before it sleeps
    kIdle,       // any work wakes it
    kGathering,  // sleeps until the linger is over; only urgent work wakes it
    kResting,    // enough has gathered: sleeps until the next commit may begin; nothing wakes it
  };

  Mutex mutex;
  ConditionVariable wake;
  Sleep sleep SLUICE_GUARDED_BY(mutex) = Sleep::kAwake;
  // Something came since the journal thread last looked.
  bool work SLUICE_GUARDED_BY(mutex) = false;
  bool stopping SLUICE_GUARDED_BY(mutex) = false;
  bool poll_due SLUICE_GUARDED_BY(mutex) = false;  // wakeup has been called, Poll() has not
  std::vector<std::shared_ptr<ReadJob>> reads SLUICE_GUARDED_BY(mutex);
  std::vector<std::shared_ptr<ReadJob>> finished_reads SLUICE_GUARDED_BY(mutex);

  std::vector<Errand> errands SLUICE_GUARDED_BY(mutex);
  std::vector<Errand> finished_errands SLUICE_GUARDED_BY(mutex);

  // True if `wake` must be notified, best once the mutex is released.
  bool NoteWork(bool urgent) SLUICE_REQUIRES(mutex);
};

}  // namespace sluice::journal
