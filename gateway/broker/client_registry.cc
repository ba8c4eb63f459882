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
  client->alone_since = alone_.insert(alone_.end(), slot);
  return client;
}

void ClientRegistry::Attach(ClientRecord* client, ClientHandle* handle) {
  SLUICE_CHECK(!client->connected() && handle != nullptr);
  LeaveAlone(client);
  client->handle = handle;
  client->connection_serial = NextSerial();
}

void ClientRegistry::Detach(ClientRecord* client) {
  SLUICE_CHECK(client->connected());
  client->handle = nullptr;
  client->alone_since = alone_.insert(alone_.end(), client->id.slot);
  client->alone.Set(1);
  client->alone_bytes.Set(HeldBytes(*client));
}

void ClientRegistry::Remove(ClientRecord* client) {
  SLUICE_CHECK(!client->connected());
  client->will_due.reset();
  client->expires.reset();
  UpdateDeadline(client);
  LeaveAlone(client);
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

ClientRecord* ClientRegistry::LongestAlone() const {
  return alone_.empty() ? nullptr : slots_[alone_.front()].get();
}

// Zero means none; after 2^32 connections a number comes again, long after its first bearer has
// gone.
uint32_t ClientRegistry::NextSerial() {
  if (++last_serial_ == 0) ++last_serial_;
  return last_serial_;
}

void ClientRegistry::LeaveAlone(ClientRecord* client) {
  if (!client->alone_since) return;
  alone_.erase(*client->alone_since);
  client->alone_since.reset();
  client->alone.Set(0);
  client->alone_bytes.Set(0);
}

}  // namespace sluice::broker
