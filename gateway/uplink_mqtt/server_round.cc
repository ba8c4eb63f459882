#include "uplink_mqtt/server_round.h"

#include <utility>

namespace sluice::uplink_mqtt {

bool ServerRound::Next() {
  if (++tried_ >= servers_) return false;
  server_ = (server_ + 1) % servers_;
  return true;
}

void ServerRound::OnConnected(MonotonicTime now) {
  connected_at_ = now;
  connected_ = true;
  published_ = acknowledged_ = false;
}

void ServerRound::OnEnded(MonotonicTime now) {
  if (!std::exchange(connected_, false)) return;
  const bool good = acknowledged_ || (!published_ && now - connected_at_ >= kGoodAfter);
  first_ = good ? 0 : (server_ + 1) % servers_;
}

}  // namespace sluice::uplink_mqtt
