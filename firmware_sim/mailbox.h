#pragma once

#include <condition_variable>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "firmware_sim/link.h"

namespace sluice::fleet {

// Carries events from the MQTT client's threads to the fleet's. Bounded by what is in flight: a
// transmission and a connection have one outcome each.
class Mailbox : public LinkListener {
 public:
  void Post(LinkEvent event) override {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    if (events_.size() == 1) arrived_.notify_one();
  }

  // Replaces the content of `events` by what has arrived, after waiting until something has or it
  // is `deadline`.
  void Take(Duration patience, std::vector<LinkEvent>* events) {
    events->clear();
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, patience, [this] { return !events_.empty(); });
    events->swap(events_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<LinkEvent> events_;
};

}  // namespace sluice::fleet
