#pragma once

#include <latch>
#include <utility>

#include "transport/loop.h"

namespace sluice::transport {

// Holds every worker of a loop until it is told to let go, at the latest when it is destroyed; one
// holder more is the first in the queue. The loop outlives it.
class BusyWorkers {
 public:
  explicit BusyWorkers(Loop& loop) : loop_(loop) {
    while (loop_.waiting_work() == 0) {
      loop_.QueueWork({.run = [this] { gate_.wait(); }, .done = [this] { ++freed_; }});
      ++holders_;
    }
  }
  ~BusyWorkers() { LetGo(); }
  BusyWorkers(const BusyWorkers&) = delete;
  BusyWorkers& operator=(const BusyWorkers&) = delete;

  // What waits behind the holders has its turn from then on.
  void LetGo() {
    if (!std::exchange(open_, true)) gate_.count_down();
    while (freed_ < holders_) loop_.RunOnce();
  }

 private:
  Loop& loop_;
  std::latch gate_{1};
  bool open_ = false;
  int holders_ = 0, freed_ = 0;
};

}  // namespace sluice::transport
