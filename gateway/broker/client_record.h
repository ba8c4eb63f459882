#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/keyed_hash.h"
#include "broker/client_handle.h"
#include "broker/message.h"
#include "broker/outbound_queue.h"
#include "broker/share.h"
#include "broker/subscription.h"
#include "session/session_state.h"

namespace sluice::broker {

// A subscription whose retained messages are still being handed out.
struct RetainedCursor {
  std::string filter;
  SubscriptionOptions options;
  std::string after;  // topic of the last one; empty: none yet
};

struct StoredWill {
  MessageRef message;
  Duration delay{0};
};

// Everything the broker knows about one client id of one identity, from its first CONNECT until its
// session ends; the MQTT session of section 4.1 and, while connected, the connection. Address and
// slot stay.
//
// Invariants, asserted by ClientRegistry::CheckInvariants(): `will_due` only with a will and
// disconnected; `expires` only disconnected.
struct ClientRecord {
  std::string client_id;
  std::string identity;  // the same client id of another identity is another session
  SessionId id;

  ClientHandle* handle = nullptr;
  uint32_t connection_serial = 0;
  uint64_t connect_order = 0;  // see Newcomer
  codec::Version version = codec::Version::kV5;
  bool is_bridge = false;  // of 3.1.1, see codec::Connect

  session::SessionState state;
  OutboundQueue queue;
  // What it is subscribed to.
  std::unordered_set<std::string, KeyedHash, std::equal_to<>> filters;
  std::deque<RetainedCursor> retained;
  bool retained_waits = false;  // for its next turn to go on
  std::optional<StoredWill> will;

  std::optional<MonotonicTime> will_due;
  std::optional<MonotonicTime> expires;

  // Kept by ClientRegistry.
  std::optional<MonotonicTime> deadline;
  std::optional<std::list<ClientSlot>::iterator> detached_place;

  // What it holds of what all share. The bytes of its filters, its will and its queue as their own
  // classes count them.
  PartyRef party;
  PartyRef subscribes_as;  // as whom its filters' shapes count; the party that it began with
  Holding detached;        // 1 while it has no connection
  Holding detached_bytes;
  Holding subscriptions;
  Holding will_bytes;
  Holding queued;

  // Kept by FanOut: the fan-out that met the client last, and where in it.
  uint64_t fan_out_round = 0;
  uint32_t fan_out_place = 0;

  // Whose it is from now on, with all that it holds.
  void BelongTo(const PartyRef& whose) {
    party = whose;
    detached.BelongTo(whose, Budget::kSessions, this);
    detached_bytes.BelongTo(whose, Budget::kSessionBytes, this);
    subscriptions.BelongTo(whose, Budget::kSubscriptions, this);
    will_bytes.BelongTo(whose, Budget::kWills, this);
    queued.BelongTo(whose, Budget::kQueued, this);
  }
  bool connected() const { return handle != nullptr; }
  ConnectionId connection() const { return {id.slot, connection_serial}; }
};

}  // namespace sluice::broker
