#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/health.h"
#include "transport/loop.h"

namespace sluice::server {

// Whether something happens again and again: it does after so many looks that saw its counter
// changed, and no longer after so many in a row that did not. Between them nothing flaps.
class Recurring {
 public:
  Recurring(uint32_t looks_until_raised, uint32_t quiet_looks_until_cleared)
      : raise_after_(looks_until_raised), clear_after_(quiet_looks_until_cleared) {}

  // The state after a look at the counter.
  bool Look(uint64_t counter);

 private:
  const uint32_t raise_after_;
  const uint32_t clear_after_;
  uint64_t last_ = 0;
  uint32_t busy_ = 0;
  uint32_t quiet_ = 0;
};

// What the server knows of the gateway's health, looked at every ten seconds: messages that become
// dead letters one after another, an identity that is at its share, publishers that wait for room.
// All of them degraded: the gateway does its work, and somebody should look. Loop thread only.
class ServerHealth {
 public:
  static constexpr Duration kInterval = std::chrono::seconds(10);

  struct Sources {
    std::function<uint64_t()> gave_way;
    std::function<std::string()> who_gave_way;
    std::function<uint64_t()> dead_letters;
    std::function<std::string()> last_dead_letter;
    std::function<size_t()> held;
  };

  ServerHealth(transport::Loop& loop, Health& health, Sources sources);

  // Public for tests; the timer does it.
  void Look();

 private:
  void LookAtHeld();

  const Sources sources_;
  Recurring gave_way_{1, 30};
  Recurring dead_letters_{3, 30};
  uint32_t looks_with_held_ = 0;
  const std::unique_ptr<Health::Condition> share_;
  const std::unique_ptr<Health::Condition> dead_;
  const std::unique_ptr<Health::Condition> held_;
  transport::Timer timer_;
};

}  // namespace sluice::server
