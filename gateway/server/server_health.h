#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/health.h"
#include "base/recurring.h"
#include "base/scheduler.h"

namespace sluice::server {

// What the server knows of the gateway's health, looked at every ten seconds: an identity that is
// at its share, publishers that wait for room. All degraded: the gateway does its work, and
// somebody should look. Loop thread only.
class ServerHealth {
 public:
  static constexpr Duration kInterval = std::chrono::seconds(10);

  struct Sources {
    std::function<uint64_t()> gave_way;
    std::function<std::string()> who_gave_way;
    std::function<size_t()> held;
  };

  ServerHealth(Scheduler& scheduler, Health& health, Sources sources);

 private:
  void Look();
  void LookAtHeld();

  const Sources sources_;
  Recurring gave_way_{1, 30};
  uint32_t looks_with_held_ = 0;
  const std::unique_ptr<Health::Condition> share_;
  const std::unique_ptr<Health::Condition> held_;
  Timer timer_;
};

}  // namespace sluice::server
