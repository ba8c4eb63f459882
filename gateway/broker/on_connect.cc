#include <fmt/format.h>

#include "base/status.h"
#include "broker/bridge_notice.h"
#include "broker/broker.h"

namespace sluice::broker {

using codec::ReasonCode;

ConnectOutcome Broker::OnConnect(MonotonicTime now, const codec::Connect& connect,
                                 const Newcomer& newcomer, ClientHandle* handle) {
  const std::string_view identity = newcomer.identity;
  const ReasonCode verdict = CheckConnect(connect, newcomer);
  if (verdict != ReasonCode::kSuccess) return {.reason = verdict};
  const PartyRef party = PartyOf(identity, newcomer.party);
  // Before anything is taken from a session: who is refused takes nothing over.
  if (connect.will && !MakeRoomForWill(now, connect, identity, party)) {
    counters_.wills_refused.Add();
    return {.reason = ReasonCode::kQuotaExceeded};
  }
  ClientRecord* client = FindSession(now, connect, identity);
  const bool session_present = client != nullptr;  // [MQTT-3.2.2-2] [MQTT-3.2.2-3]
  if (client == nullptr) {
    const bool assign = connect.client_id.empty();  // [MQTT-3.1.3-6]
    client = clients_.Create(assign ? NewClientId(identity) : std::string(connect.client_id),
                             identity, party);
  } else if (client->party != party) {
    client->BelongTo(party);
  }
  client->expires.reset();
  client->version = connect.version;
  client->is_bridge = connect.is_bridge;
  client->connect_order = newcomer.order;
  clients_.UpdateDeadline(client);
  clients_.Attach(client, handle);
  if (connect.will) SetWill(now, client, *connect.will);
  return {.reason = ReasonCode::kSuccess,
          .connection = client->connection(),
          .session_present = session_present,
          .assigned_client_id =
              connect.client_id.empty() ? std::string_view(client->client_id) : std::string_view(),
          .state = &client->state};
}

ReasonCode Broker::CheckConnect(const codec::Connect& connect, const Newcomer& newcomer) {
  if (connect.will && !MayPublish(newcomer.identity, connect.client_id, connect.will->topic)) {
    counters_.connect_denied.Add();
    return ReasonCode::kNotAuthorized;
  }
  const ClientRecord* const client = clients_.Find(newcomer.identity, connect.client_id);
  const bool came_before =
      client != nullptr && client->connected() && client->connect_order > newcomer.order;
  return came_before ? ReasonCode::kServerBusy : ReasonCode::kSuccess;
}

bool Broker::MayPublish(std::string_view identity, std::string_view client_id,
                        std::string_view topic) const {
  if (access_->Allows(identity, Action::kPublish, topic)) return true;
  return IsBridgeNotice(topic, client_id) && !access_->Denies(identity, Action::kPublish, topic);
}

bool Broker::IsConnected(std::string_view identity, std::string_view client_id) const {
  const ClientRecord* const client = clients_.Find(identity, client_id);
  return client != nullptr && client->connected();
}

Broker::ClientView Broker::View(ConnectionId connection) const {
  const ClientRecord* const client = clients_.Find(connection);
  if (client == nullptr) return {};
  return {.client_id = client->client_id,
          .subscriptions = client->filters.size(),
          .in_flight = client->state.outbound.size(),
          .queued = client->queue.size(),
          .queued_bytes = client->queue.bytes()};
}

ClientRecord* Broker::FindSession(MonotonicTime now, const codec::Connect& connect,
                                  std::string_view identity) {
  ClientRecord* client = clients_.Find(identity, connect.client_id);
  if (client != nullptr && client->connected()) {
    counters_.takeovers.Add();
    client->handle->Disconnect(ReasonCode::kSessionTakenOver);  // [MQTT-3.1.4-3]
    client = clients_.Find(identity, connect.client_id);        // It may have ended right away.
    SLUICE_CHECK(client == nullptr || !client->connected());
  }
  if (client != nullptr && connect.clean_start) {
    EndSession(now, client);  // [MQTT-3.1.2-4]; a will that is still due goes out now
    client = nullptr;
  }
  if (client != nullptr) DropWill(client);  // [MQTT-3.1.3-9]: the client came back in time.
  return client;
}

std::string Broker::NewClientId(std::string_view identity) {
  std::string id;
  do {
    id = fmt::format("auto-{:016x}", random_.Next());  // [MQTT-3.1.3-7]: unique
  } while (clients_.Find(identity, id) != nullptr);
  return id;
}

}  // namespace sluice::broker
