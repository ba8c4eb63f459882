#include <vector>

#include "base/probe.h"
#include "base/status.h"
#include "broker/broker.h"

namespace sluice::broker {

void Broker::OnDisconnect(MonotonicTime now, ConnectionId connection, const session::Close& close) {
  ClientRecord* const client = clients_.Find(connection);
  if (client == nullptr) return;
  const PartyRef party = client->party;
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
  // What it has not been sent need not wait for it.
  HandOn(now, TakeWaiting(client));
  EvictSessions(now, party);
}

void Broker::EndSession(MonotonicTime now, ClientRecord* client) {
  SLUICE_CHECK(!client->connected());
  PublishWill(now, client);  // Its delay ends with the session at the latest [MQTT-3.1.2-8].
  for (const std::string& filter : client->filters) RemoveSubscription(client, filter);
  const std::vector<QueuedMessage> legacy = TakeLegacy(client);
  clients_.Remove(client);
  HandOn(now, legacy);
}

void Broker::EndSessionsOf(MonotonicTime now, std::string_view identity) {
  std::vector<ClientRecord*> theirs;
  clients_.ForEach([&](ClientRecord& client) {
    if (client.identity == identity && !client.connected()) theirs.push_back(&client);
  });
  for (ClientRecord* const client : theirs) EndSession(now, client);
}

void Broker::EvictSessions(MonotonicTime now, const PartyRef& newcomer) {
  const auto used = [this](Budget budget) { return shares_.used(budget); };
  while (used(Budget::kSessions) > limits_.max_detached_sessions ||
         used(Budget::kSessionBytes) > limits_.max_detached_bytes) {
    const Budget budget = used(Budget::kSessions) > limits_.max_detached_sessions
                              ? Budget::kSessions
                              : Budget::kSessionBytes;
    counters_.sessions_evicted.Add();
    SLUICE_PROBE("broker: a session makes room for another");
    EndSession(now, LeastWanted(now, budget, newcomer));
  }
}

// The longest detached of the party that has most. Among equals, as all are in a field of single
// devices, the longest detached of all.
ClientRecord* Broker::LeastWanted(MonotonicTime now, Budget budget, const PartyRef& newcomer) {
  Party* const largest = shares_.GivesWay(budget, *newcomer, 0);
  if (largest != nullptr) share_log_.GaveWay(now, budget, largest->name(), newcomer->name());
  ClientRecord* const longest = clients_.LongestDetached();
  const Party& loser = largest != nullptr ? *largest : *newcomer;
  if (Shares::HoldTheSame(budget, *longest->party, loser)) return longest;
  return static_cast<ClientRecord*>(Shares::FirstOf(budget, loser)->owner());
}

bool Broker::EndSessionForShare(MonotonicTime now, Budget budget, const PartyRef& wants,
                                uint64_t more) {
  Party* const largest = shares_.GivesWay(budget, *wants, more);
  if (largest == nullptr) {
    share_log_.GaveWay(now, budget, wants->name(), wants->name());
    return false;
  }
  share_log_.GaveWay(now, budget, largest->name(), wants->name());
  auto* const client = static_cast<ClientRecord*>(Shares::LastOf(budget, *largest)->owner());
  const SessionId id = client->id;
  if (client->connected()) client->handle->Disconnect(codec::ReasonCode::kQuotaExceeded);
  if (ClientRecord* const left = clients_.Find(id)) EndSession(now, left);
  return true;
}

}  // namespace sluice::broker
