#include "base/status.h"
#include "broker/broker.h"

namespace sluice::broker {

void Broker::OnDisconnect(MonotonicTime now, ConnectionId connection, const session::Close& close,
                          uint16_t held_packet_id) {
  ClientRecord* const client = clients_.Find(connection);
  if (client == nullptr) return;
  if (held_packet_id != 0) {
    client->state.AcknowledgeInbound(held_packet_id, codec::ReasonCode::kServerBusy);
  }
  clients_.Detach(client);
  if (close.will == session::WillFate::kDue && client->will) {
    client->will_due = now + client->will->delay;
  } else {
    DropWill(client);  // [MQTT-3.1.2-10]
  }
  if (close.session_expiry_seconds == 0) {
    EndSession(now, client);
    return;
  }
  if (close.session_expiry_seconds != UINT32_MAX) {  // [MQTT-3.1.2-23]
    client->expires = now + std::chrono::seconds(close.session_expiry_seconds);
  }
  if (client->will_due == now) PublishWill(now, client);
  clients_.UpdateDeadline(client);
  EvictSessions(now);
}

void Broker::EndSession(MonotonicTime now, ClientRecord* client) {
  SLUICE_CHECK(!client->connected());
  PublishWill(now, client);  // Its delay ends with the session at the latest [MQTT-3.1.2-8].
  for (const std::string& filter : client->filters) {
    subscriptions_.Unsubscribe(filter, client->id.slot);
  }
  clients_.Remove(client);
}

void Broker::EvictSessions(MonotonicTime now) {
  while (clients_.detached() > limits_.max_detached_sessions ||
         clients_.detached_bytes() > limits_.max_detached_bytes) {
    counters_.sessions_evicted.Add();
    EndSession(now, clients_.LongestAlone());
  }
}

}  // namespace sluice::broker
