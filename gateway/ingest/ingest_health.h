#pragma once

#include <chrono>
#include <memory>

#include "base/health.h"
#include "base/recurring.h"
#include "base/scheduler.h"
#include "ingest/ingest.h"

namespace sluice::ingest {

// Says that messages become dead letters one after another, looked at every ten seconds. Degraded:
// the gateway does its work, and somebody should look. Loop thread only.
class IngestHealth {
 public:
  static constexpr Duration kInterval = std::chrono::seconds(10);

  // Everything outlives this.
  IngestHealth(Scheduler& scheduler, Health& health, const Ingest& ingest);

  // Public for tests; the timer does it.
  void Look();

 private:
  const Ingest& ingest_;
  Recurring dead_letters_{3, 30};
  const std::unique_ptr<Health::Condition> condition_;
  Timer timer_;
};

}  // namespace sluice::ingest
