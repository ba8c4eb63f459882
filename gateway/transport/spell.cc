#include "transport/spell.h"

#include <utility>

namespace sluice::transport {

Spell::Spell(Scheduler& scheduler, Health* health, const std::string& part, const std::string& name,
             uint64_t many, Describe describe)
    : many_(many), describe_(std::move(describe)) {
  if (health == nullptr) return;
  condition_ = health->Add(part, name);
  period_ = scheduler.NewTimer([this] { OnPeriodEnd(); });
}

void Spell::Happened() {
  if (condition_ == nullptr) return;
  if (++times_ == many_) condition_->Raise(HealthState::kDegraded, describe_(times_));
  if (!period_.active()) period_.Start(kPeriod);
}

void Spell::OnPeriodEnd() {
  if (times_ == 0) return condition_->Clear();
  if (condition_->raised()) condition_->Raise(HealthState::kDegraded, describe_(times_));
  times_ = 0;
  period_.Start(kPeriod);
}

}  // namespace sluice::transport
