#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/keyed_hash.h"
#include "broker/client_record.h"

namespace sluice::broker {

// Finds clients by identity and client id, by slot and by connection, and knows which are without a
// connection and when something is due for whom. Knows nothing of what has to happen then. Loop
// thread only.
//
// Invariants, asserted by CheckInvariants(): every client is found by its name and in its slot, and
// no slot is both taken and free; those without a connection, and only they, stand in the list of
// the detached; the deadlines are those of the clients, each the earlier of its two.
class ClientRegistry {
 public:
  ClientRegistry() = default;
  ClientRegistry(const ClientRegistry&) = delete;
  ClientRegistry& operator=(const ClientRegistry&) = delete;

  ClientRecord* Find(std::string_view identity, std::string_view client_id) const;
  // Null when the connection has ended.
  ClientRecord* Find(ConnectionId connection) const;
  // Null when the session has ended.
  ClientRecord* Find(SessionId session) const;
  ClientRecord& At(ClientSlot slot) const { return *slots_[slot]; }

  // A session of a client id that has none at this identity; to be attached next.
  ClientRecord* Create(std::string_view client_id, std::string_view identity,
                       const PartyRef& party);
  void Attach(ClientRecord* client, ClientHandle* handle);
  // The record counts as detached from now on, with the bytes that it holds; its party is charged.
  void Detach(ClientRecord* client);
  void Remove(ClientRecord* client);

  // To be called whenever will_due or expires has changed.
  void UpdateDeadline(ClientRecord* client);
  std::optional<MonotonicTime> NextDeadline() const;
  // One whose deadline has come, or null.
  ClientRecord* FirstDue(MonotonicTime now) const;

  // The one that has been without a connection for longest, or null.
  ClientRecord* LongestDetached() const;
  size_t connected() const { return by_name_.size() - detached_.size(); }
  size_t detached() const { return detached_.size(); }

  void CheckInvariants() const;  // visits everything; for tests
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const auto& client : slots_) {
      if (client != nullptr) visit(*client);
    }
  }

 private:
  struct Name {
    std::string_view identity;
    std::string_view client_id;
    bool operator==(const Name&) const = default;
  };
  struct NameHash {
    size_t operator()(const Name& name) const {
      return KeyedHash()(name.identity) * 31 + KeyedHash()(name.client_id);
    }
  };

  uint32_t NextSerial();
  void LeaveDetached(ClientRecord* client);
  void Check(const ClientRecord& client) const;

  std::vector<std::unique_ptr<ClientRecord>> slots_;
  std::vector<ClientSlot> free_slots_;
  std::unordered_map<Name, ClientRecord*, NameHash> by_name_;  // keys are the records' own texts
  std::list<ClientSlot> detached_;                             // longest first
  std::set<std::pair<MonotonicTime, ClientSlot>> deadlines_;
  uint32_t last_serial_ = 0;
};

}  // namespace sluice::broker
