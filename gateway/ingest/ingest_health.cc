#include "ingest/ingest_health.h"

#include <fmt/format.h>

namespace sluice::ingest {

IngestHealth::IngestHealth(Scheduler& scheduler, Health& health, const Ingest& ingest)
    : ingest_(ingest), condition_(health.Add("ingest", "dead_letters")) {
  timer_ = scheduler.NewTimer([this] {
    Look();
    timer_.Start(kInterval);
  });
  timer_.Start(kInterval);
}

void IngestHealth::Look() {
  if (!dead_letters_.Look(ingest_.dead_letters())) return condition_->Clear();
  condition_->Raise(
      HealthState::kDegraded,
      fmt::format("messages keep becoming dead letters, such as {}", ingest_.last_dead_letter()));
}

}  // namespace sluice::ingest
