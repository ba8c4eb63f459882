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
#include "broker/client_record.h"

namespace sluice::broker {

// Finds clients by id, by slot and by connection, and knows which are without a connection and when
// something is due for whom. Knows nothing of what has to happen then. Loop thread only.
class ClientRegistry {
 public:
  ClientRegistry() = default;
  ClientRegistry(const ClientRegistry&) = delete;
  ClientRegistry& operator=(const ClientRegistry&) = delete;

  ClientRecord* FindByClientId(std::string_view client_id) const;
  // Null when the connection has ended.
  ClientRecord* Find(ConnectionId connection) const;
  // Null when the session has ended.
  ClientRecord* Find(SessionId session) const;
  ClientRecord& At(ClientSlot slot) const { return *slots_[slot]; }

  // A session of a client id that has none; to be attached next.
  ClientRecord* Create(std::string_view client_id, std::string_view identity);
  void Attach(ClientRecord* client, ClientHandle* handle);
  // The record counts as detached from now on, with the bytes that it holds.
  void Detach(ClientRecord* client);
  void Remove(ClientRecord* client);

  // To be called whenever will_due or expires has changed.
  void UpdateDeadline(ClientRecord* client);
  std::optional<MonotonicTime> NextDeadline() const;
  // One whose deadline has come, or null.
  ClientRecord* FirstDue(MonotonicTime now) const;

  // The one that has been without a connection for longest, or null.
  ClientRecord* LongestAlone() const;
  size_t connected() const { return by_client_id_.size() - alone_.size(); }
  size_t detached() const { return alone_.size(); }
  size_t detached_bytes() const { return detached_bytes_; }

 private:
  uint32_t NextSerial();
  void LeaveAlone(ClientRecord* client);

  std::vector<std::unique_ptr<ClientRecord>> slots_;
  std::vector<ClientSlot> free_slots_;
  // Keys are the records' own client ids.
  std::unordered_map<std::string_view, ClientRecord*> by_client_id_;
  std::list<ClientSlot> alone_;  // longest first
  std::set<std::pair<MonotonicTime, ClientSlot>> deadlines_;
  size_t detached_bytes_ = 0;
  uint32_t last_serial_ = 0;
};

}  // namespace sluice::broker
