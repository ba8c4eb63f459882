#pragma once

#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "firmware_sim/link.h"

namespace sluice::fleet {

// Carries events from the MQTT client's threads to the fleet's. Bounded by what is in flight: a
// transmission and a connection have one outcome each.
class Mailbox : public LinkListener {
 public:
  void Post(LinkEvent event) override {
    const MutexLock lock(mutex_);
    events_.push_back(std::move(event));
    if (events_.size() == 1) arrived_.NotifyOne();
  }

  // Replaces the content of `events` by what has arrived, after waiting until something has or it
  // `patience` is over.
  void Take(Duration patience, std::vector<LinkEvent>* events) {
    events->clear();
    const MutexLock lock(mutex_);
    const MonotonicTime deadline = std::chrono::steady_clock::now() + patience;
    while (events_.empty() && arrived_.WaitUntil(mutex_, deadline)) {
    }
    events->swap(events_);
  }

 private:
  Mutex mutex_;
  ConditionVariable arrived_;
  std::vector<LinkEvent> events_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::fleet
