#pragma once

#include <deque>
#include <functional>
#include <utility>

#include "base/clock.h"
#include "base/scheduler.h"

namespace sluice::sim {

// What somebody does after a while: everything in order, each no earlier than it is said to.
class Lane {
 public:
  explicit Lane(Scheduler& scheduler)
      : scheduler_(scheduler), timer_(scheduler.NewTimer([this] { Arrive(); })) {}

  void Send(Duration after, std::function<void()> arrive);
  void Clear();

 private:
  void Arrive();
  void Arm();

  Scheduler& scheduler_;
  Timer timer_;
  std::deque<std::pair<MonotonicTime, std::function<void()>>> on_the_way_;
};

}  // namespace sluice::sim
