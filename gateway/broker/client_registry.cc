#include "broker/client_registry.h"

#include <algorithm>

#include "base/status.h"

namespace sluice::broker {
namespace {

size_t HeldBytes(const ClientRecord& client) {
  return sizeof(ClientRecord) + client.client_id.size() + client.identity.size() +
         client.state.MemoryBytes();
}

}  // namespace

ClientRecord* ClientRegistry::Find(std::string_view identity, std::string_view client_id) const {
  const auto found = by_name_.find({identity, client_id});
  return found == by_name_.end() ? nullptr : found->second;
}

ClientRecord* ClientRegistry::Find(ConnectionId connection) const {
  if (connection.serial == 0 || connection.slot >= slots_.size()) return nullptr;
  ClientRecord* const client = slots_[connection.slot].get();
  const bool is_it =
      client != nullptr && client->connected() && client->connection_serial == connection.serial;
  return is_it ? client : nullptr;
}

ClientRecord* ClientRegistry::Find(SessionId session) const {
  if (session.serial == 0 || session.slot >= slots_.size()) return nullptr;
  ClientRecord* const client = slots_[session.slot].get();
  return client != nullptr && client->id == session ? client : nullptr;
}

ClientRecord* ClientRegistry::Create(std::string_view client_id, std::string_view identity,
                                     const PartyRef& party) {
  ClientSlot slot = static_cast<ClientSlot>(slots_.size());
  if (free_slots_.empty()) {
    slots_.emplace_back();
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  slots_[slot] = std::make_unique<ClientRecord>();
  ClientRecord* const client = slots_[slot].get();
  client->client_id = client_id;
  client->identity = identity;
  client->id = {slot, NextSerial()};
  client->BelongTo(party);
  client->subscribes_as = party;
  const bool is_new = by_name_.emplace(Name{client->identity, client->client_id}, client).second;
  SLUICE_CHECK(is_new);
  client->detached_place = detached_.insert(detached_.end(), slot);
  return client;
}

void ClientRegistry::Attach(ClientRecord* client, ClientHandle* handle) {
  SLUICE_CHECK(!client->connected() && handle != nullptr);
  LeaveDetached(client);
  client->handle = handle;
  client->connection_serial = NextSerial();
}

void ClientRegistry::Detach(ClientRecord* client) {
  SLUICE_CHECK(client->connected());
  client->handle = nullptr;
  client->detached_place = detached_.insert(detached_.end(), client->id.slot);
  client->detached.Set(1);
  client->detached_bytes.Set(HeldBytes(*client));
}

void ClientRegistry::Remove(ClientRecord* client) {
  SLUICE_CHECK(!client->connected());
  client->will_due.reset();
  client->expires.reset();
  UpdateDeadline(client);
  LeaveDetached(client);
  by_name_.erase({client->identity, client->client_id});
  free_slots_.push_back(client->id.slot);
  slots_[client->id.slot].reset();
}

void ClientRegistry::UpdateDeadline(ClientRecord* client) {
  std::optional<MonotonicTime> next = client->will_due;
  if (client->expires && (!next || *client->expires < *next)) next = client->expires;
  if (next == client->deadline) return;
  if (client->deadline) deadlines_.erase({*client->deadline, client->id.slot});
  if (next) deadlines_.emplace(*next, client->id.slot);
  client->deadline = next;
}

std::optional<MonotonicTime> ClientRegistry::NextDeadline() const {
  if (deadlines_.empty()) return std::nullopt;
  return deadlines_.begin()->first;
}

ClientRecord* ClientRegistry::FirstDue(MonotonicTime now) const {
  if (deadlines_.empty() || deadlines_.begin()->first > now) return nullptr;
  return slots_[deadlines_.begin()->second].get();
}

ClientRecord* ClientRegistry::LongestDetached() const {
  return detached_.empty() ? nullptr : slots_[detached_.front()].get();
}

// Zero means none; after 2^32 connections a number comes again, long after its first bearer has
// gone.
uint32_t ClientRegistry::NextSerial() {
  if (++last_serial_ == 0) ++last_serial_;
  return last_serial_;
}

void ClientRegistry::LeaveDetached(ClientRecord* client) {
  if (!client->detached_place) return;
  detached_.erase(*client->detached_place);
  client->detached_place.reset();
  client->detached.Set(0);
  client->detached_bytes.Set(0);
}

void ClientRegistry::CheckInvariants() const {
  size_t connected = 0, deadlines = 0;
  for (const auto& client : slots_) {
    if (client == nullptr) continue;
    Check(*client);
    connected += client->connected() ? 1 : 0;
    deadlines += client->deadline ? 1 : 0;
  }
  SLUICE_CHECK(slots_.size() == by_name_.size() + free_slots_.size());
  SLUICE_CHECK(by_name_.size() == connected + detached_.size());
  SLUICE_CHECK(deadlines == deadlines_.size());
  for (const ClientSlot slot : free_slots_) SLUICE_CHECK(slots_[slot] == nullptr);
}

void ClientRegistry::Check(const ClientRecord& client) const {
  const ClientSlot slot = client.id.slot;
  SLUICE_CHECK(slots_[slot].get() == &client);
  SLUICE_CHECK(by_name_.at({client.identity, client.client_id}) == &client);
  SLUICE_CHECK(client.connected() != client.detached_place.has_value());
  if (client.detached_place) SLUICE_CHECK(**client.detached_place == slot);
  SLUICE_CHECK(!client.will_due || (client.will && !client.connected()));
  SLUICE_CHECK(!client.expires || !client.connected());
  std::optional<MonotonicTime> next = client.will_due;
  if (client.expires && (!next || *client.expires < *next)) next = client.expires;
  SLUICE_CHECK(client.deadline == next);
  if (next) SLUICE_CHECK(deadlines_.contains({*next, slot}));
}

}  // namespace sluice::broker
