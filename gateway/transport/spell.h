#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/health.h"
#include "base/scheduler.h"

namespace sluice::transport {

// Things that happen now and then by themselves and are a condition of the gateway's health when
// they come in numbers: degraded once `many` have happened in one period, well again after a whole
// period without any, so that it does not flap. Loop thread only; counting costs next to nothing.
class Spell {
 public:
  static constexpr Duration kPeriod = std::chrono::seconds(10);
  // Says what is wrong, with how often it has happened in this period.
  using Describe = std::function<std::string(uint64_t times)>;

  // `health` may be null: nothing comes of it then. Scheduler and health outlive the spell.
  Spell(Scheduler& scheduler, Health* health, const std::string& part, const std::string& name,
        uint64_t many, Describe describe);

  void Happened();

 private:
  void OnPeriodEnd();

  const uint64_t many_;
  const Describe describe_;
  std::unique_ptr<Health::Condition> condition_;
  Timer period_;
  uint64_t times_ = 0;
};

}  // namespace sluice::transport
