#include "sim/outbox.h"

#include <algorithm>

namespace sluice::sim {

using Stage = Outgoing::Stage;

size_t Outbox::in_flight() const {
  return static_cast<size_t>(std::count_if(
      queue_.begin(), queue_.end(), [](const Outgoing& o) { return o.stage != Stage::kWaiting; }));
}

Outgoing* Outbox::Find(uint16_t id) {
  const auto found = std::find_if(queue_.begin(), queue_.end(), [id](const Outgoing& o) {
    return o.stage != Stage::kWaiting && o.id == id;
  });
  return found == queue_.end() ? nullptr : &*found;
}

void Outbox::Remove(const Outgoing* outgoing) {
  const auto found = std::find_if(queue_.begin(), queue_.end(),
                                  [outgoing](const Outgoing& o) { return &o == outgoing; });
  if (found != queue_.end()) queue_.erase(found);
}

uint16_t Outbox::NewId() {
  do {
    next_id_ = static_cast<uint16_t>(first_id_ + (next_id_ - first_id_ + 1) % kIds);
  } while (Find(next_id_) != nullptr);
  return next_id_;
}

void Outbox::ForgetSession() {
  std::erase_if(queue_, [](const Outgoing& o) { return o.stage == Stage::kReceived; });
  for (Outgoing& o : queue_) o.stage = Stage::kWaiting;
}

}  // namespace sluice::sim
