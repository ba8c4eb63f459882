#include "server/server_health.h"

#include <fmt/format.h>

#include <utility>

namespace sluice::server {

ServerHealth::ServerHealth(Scheduler& scheduler, Health& health, Sources sources)
    : sources_(std::move(sources)),
      share_(health.Add("clients", "share")),
      held_(health.Add("ingest", "publishers_held")) {
  timer_ = scheduler.NewTimer([this] {
    Look();
    timer_.Start(kInterval);
  });
  timer_.Start(kInterval);
}

void ServerHealth::Look() {
  if (gave_way_.Look(sources_.gave_way())) {
    share_->Raise(HealthState::kDegraded,
                  sources_.who_gave_way() + " and has to give way to others");
  } else {
    share_->Clear();
  }
  LookAtHeld();
}

// One that waits at a single look is the normal push and pull of a busy disk.
void ServerHealth::LookAtHeld() {
  const size_t held = sources_.held();
  if (held == 0) {
    looks_with_held_ = 0;
    held_->Clear();
  } else if (++looks_with_held_ >= 2) {
    held_->Raise(
        HealthState::kDegraded,
        fmt::format("{} publishers are kept waiting because their stream has no room", held));
  }
}

}  // namespace sluice::server
