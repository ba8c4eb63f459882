#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "broker/access_control.h"
#include "broker/client_handle.h"
#include "broker/client_registry.h"
#include "broker/event_sink.h"
#include "broker/fan_out.h"
#include "broker/filter_shapes.h"
#include "broker/limits.h"
#include "broker/message.h"
#include "broker/retained_store.h"
#include "broker/share.h"
#include "broker/share_log.h"
#include "broker/shared_groups.h"
#include "broker/state_sink.h"
#include "broker/subscription_tree.h"
#include "codec/connect.h"
#include "codec/publish.h"
#include "codec/subscribe.h"
#include "codec/unsubscribe.h"
#include "session/action.h"
#include "session/session_state.h"

namespace sluice::broker {

// Who a connection is, once that is known.
struct Newcomer {
  std::string_view identity;
  // Who shares fairly with others, if not the identity: many may come under one, without a
  // certificate.
  std::string_view party = {};
  // Grows with each CONNECT in the order in which they came, whenever it is known from whom. Stops
  // one that was looked into for long from taking the session from a later one. 0: at once.
  uint64_t order = 0;
};

struct ConnectOutcome {
  codec::ReasonCode reason = codec::ReasonCode::kSuccess;  // anything else: RefuseConnect with it
  // The rest only on success.
  ConnectionId connection{};
  bool session_present = false;
  // Empty unless the client sent no id. Like the state, which is lent, it lives until OnDisconnect.
  std::string_view assigned_client_id{};
  session::SessionState* state = nullptr;
};

enum class PublishVerdict : uint8_t {
  kAcknowledge,  // answer with `reason` now (QoS 0: nothing to do)
  kPending,      // ClientHandle::Acknowledge will be called
  kRetry,        // nothing has happened: stop reading, and offer the same publish again later
  kDisconnect,   // end the connection with `reason`; 3.1.1 has no other way to refuse
};

struct PublishOutcome {
  PublishVerdict verdict;
  codec::ReasonCode reason = codec::ReasonCode::kSuccess;
};

// Who is there, who listens to what, and who may. It knows sessions and messages, but neither
// sockets nor clocks: connections are ClientHandles, time is an argument, deadlines are asked for.
//
// The life of a connection, as its owner (the server) drives it; the session says …
//   ConnectRequested      OnConnect, then Session::AcceptConnect with late_acknowledgements (or
//                         RefuseConnect), then OnWritable
//   PublishReceived       OnPublish, and do what the verdict says
//   SubscribeRequested    OnSubscribe, Session::AcceptSubscribe, then OnWritable
//   UnsubscribeRequested  OnUnsubscribe, Session::AcceptUnsubscribe
//   DeliveryFinished      OnWritable; also when the output has drained to its low mark
//   Close                 OnDisconnect, once, if OnConnect had succeeded
//
// Loop thread only. Calls with a connection that has ended are without effect.
class Broker {
 public:
  // `access`, `sink`, `counters` and `random` (for assigned client ids) outlive the
  // broker.
  Broker(const Limits& limits, const AccessControl* access, EventSink* sink, Counters* counters,
         Random* random);
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  // A client with the same id and identity that is still connected is disconnected with 0x8E first
  // [MQTT-3.1.4-3]; a client id of another identity has nothing to do with it. `identity` is
  // copied; `handle` is borrowed until OnDisconnect.
  ConnectOutcome OnConnect(MonotonicTime now, const codec::Connect& connect,
                           const Newcomer& newcomer, ClientHandle* handle);
  // Whether the client is there, so that its next CONNECT takes no other place.
  bool IsConnected(std::string_view identity, std::string_view client_id) const;

  // Access control, then the sink, then retained messages and local subscribers; allocates nothing
  // unless a message has to wait or to be retained.
  PublishOutcome OnPublish(MonotonicTime now, ConnectionId connection,
                           const codec::Publish& publish);

  // Fills `codes` with one code a filter. Retained messages flow with OnWritable, so after the
  // SUBACK.
  void OnSubscribe(MonotonicTime now, ConnectionId connection, const codec::Subscribe& subscribe,
                   std::vector<codec::ReasonCode>* codes);
  void OnUnsubscribe(ConnectionId connection, const codec::Unsubscribe& unsubscribe,
                     std::vector<codec::ReasonCode>* codes);

  // The client can take more: sends what waits for it.
  void OnWritable(MonotonicTime now, ConnectionId connection);

  // The connection has ended: will, session expiry. `handle` is forgotten, the state comes back; a
  // QoS 2 publish that waited to be offered again (kRetry) has been answered in it with an error
  // before, so that the client's repetition is not taken for a duplicate.
  void OnDisconnect(MonotonicTime now, ConnectionId connection, const session::Close& close);

  // Ends the sessions of an identity that has no connection any more; their wills are published.
  void EndSessionsOf(MonotonicTime now, std::string_view identity);

  // The sink's late word on a message that it accepted.
  void Acknowledge(const AckHandle& ack, codec::ReasonCode reason);

  // Whether a message to `topic` would reach anybody; spares rendering it when not.
  bool AnyoneListens(std::string_view topic) const { return subscriptions_.HasMatch(topic); }
  // Whether anybody might listen to topics of several levels of which `level` is the first. May say
  // yes in vain, never no.
  bool AnyoneListensBelow(std::string_view level) const {
    return subscriptions_.MayMatchBelow(level);
  }
  // Publishes in the gateway's own name: no access control, not to the sink. Returns how many
  // clients and groups subscribe to it.
  size_t PublishLocal(MonotonicTime now, const codec::Publish& publish);
  // The same, but what is retained does not outlive the process.
  size_t PublishPassing(MonotonicTime now, const codec::Publish& publish);

  // Who holds how much of what all share; also for connections, whose owner is the server.
  Shares& shares() { return shares_; }
  PartyRef PartyOf(std::string_view identity, std::string_view party = {});
  ShareLog& share_log() { return share_log_; }
  const ShareLog& share_log() const { return share_log_; }

  // Retained messages that are looked at in one turn, a tenth of a millisecond; the rest comes with
  // Tick.
  static constexpr size_t kRetainedLooks = 1000;
  // After OnWritable: Tick is due at once, and NextDeadline says so.
  bool has_unfinished() const { return !unfinished_.empty(); }

  // Retained messages outlive the process through `sink`, which is not owned; null: no longer.
  void SetStateSink(StateSink* sink) {
    state_ = sink;
    retained_.SetSink(sink);
  }
  // Gives the sink what has changed, the latest of each topic, as far as it has room. `wall` is the
  // time of `now`, unless the clock is not to be trusted.
  void HandOverRetained(MonotonicTime now, std::optional<WallTime> wall) {
    if (state_ != nullptr) retained_.HandOver(now, wall, state_);
  }
  // What was stored is gone: hands everything over again, a slice at a time among what changes.
  void HandOverAllRetained() { retained_.HandOverAll(); }
  bool has_retained_waiting() const { return retained_.has_waiting(); }
  size_t retained_waiting() const { return retained_.waiting(); }
  // Takes back what was stored, at the start, with the sink already set. What is not taken is
  // removed from where it is stored.
  enum class Restored : uint8_t {
    kTaken,
    kExpired,  // while the process was away [MQTT-3.3.2-5]
    kNoRoom,   // max_retained_bytes was lowered
    kInvalid,  // no message that could have been stored
  };
  Restored RestoreRetained(MonotonicTime now, std::optional<WallTime> wall,
                           const RetainedRecord& record);

  // When Tick is due next: delayed wills, ends of sessions, retained messages that go on.
  std::optional<MonotonicTime> NextDeadline() const;
  void Tick(MonotonicTime now);

  // What is known of a connected client, for lists and logs; views until the broker is next called.
  struct ClientView {
    std::string_view client_id = {};
    size_t subscriptions = 0;
    size_t in_flight = 0;  // to it, and not acknowledged
    size_t queued = 0;     // behind them
    size_t queued_bytes = 0;
  };
  ClientView View(ConnectionId connection) const;

  // For metrics and status.
  size_t connected_clients() const { return clients_.connected(); }
  size_t detached_sessions() const { return clients_.detached(); }
  size_t subscriptions() const {
    return subscriptions_.size() - groups_.size() + groups_.members();
  }
  size_t shared_groups() const { return groups_.size(); }
  size_t subscription_bytes() const { return subscriptions_.bytes(); }
  size_t retained_messages() const { return retained_.size(); }
  size_t retained_bytes() const { return retained_.bytes(); }
  size_t message_bytes() const {
    return pool_.bytes();
  }  // queued, retained and wills, shared ones once

  // Those of all parts, and that what clients hold for their parties is what they have. Visits
  // everything; for tests.
  void CheckInvariants() const;

 private:
  // A will that is to be published as soon as the sink has room; its session may be gone.
  struct DueWill {
    MessageRef message;
    std::string identity;
    std::string client_id;
    PartyRef party;
  };

  // on_connect.cc
  codec::ReasonCode CheckConnect(const codec::Connect& connect, const Newcomer& newcomer);
  // The session that the client resumes, or null when it begins a new one.
  ClientRecord* FindSession(MonotonicTime now, const codec::Connect& connect,
                            std::string_view identity);
  std::string NewClientId(std::string_view identity);
  bool MayPublish(std::string_view identity, std::string_view client_id,
                  std::string_view topic) const;

  // on_publish.cc
  PublishOutcome Deny(const ClientRecord& client, const codec::Publish& publish);
  PublishOutcome RefuseFull(const ClientRecord& client, const codec::Publish& publish);
  // Retained store, then local subscribers; returns how many there are.
  size_t Spread(MonotonicTime now, const codec::Publish& publish, SessionId publisher,
                const PartyRef& party);

  // on_subscribe.cc
  bool TakesFilter(std::string_view filter) const;
  codec::ReasonCode Subscribe(MonotonicTime now, ClientRecord* client,
                              const codec::Subscription& wanted, uint32_t id);
  void SendRetained(MonotonicTime now, ClientRecord* client);
  void ContinueRetained(MonotonicTime now);

  SubscriptionTree::Outcome Insert(const ClientRecord& client, std::string_view filter,
                                   const SubscriptionOptions& options);
  // Also from the tree or group, but not from the client's record; false if it has none.
  bool RemoveSubscription(ClientRecord* client, std::string_view filter);
  bool AddSubscription(MonotonicTime now, ClientRecord* client, std::string_view filter,
                       const SubscriptionOptions& options, bool is_held);

  // on_disconnect.cc
  void EndSession(MonotonicTime now, ClientRecord* client);
  void EvictSessions(MonotonicTime now, const PartyRef& newcomer);
  ClientRecord* LeastWanted(MonotonicTime now, Budget budget, const PartyRef& newcomer);
  // Whether the party that holds most of it, if that is larger than `wants` with `more`, has lost a
  // session that holds some: its newest, connected (0x97) or not.
  bool EndSessionForShare(MonotonicTime now, Budget budget, const PartyRef& wants, uint64_t more);

  // hand_on.cc
  std::vector<QueuedMessage> TakeLegacy(ClientRecord* client);
  std::vector<QueuedMessage> TakeWaiting(ClientRecord* client);
  void HandOn(MonotonicTime now, const std::vector<QueuedMessage>& legacy);

  // will.cc
  size_t VoidWillBytes(const codec::Connect& connect, std::string_view identity);
  bool MakeRoomForWill(MonotonicTime now, const codec::Connect& connect, std::string_view identity,
                       const PartyRef& party);
  void SetWill(MonotonicTime now, ClientRecord* client, const codec::Will& will);
  void DropWill(ClientRecord* client);
  void PublishWill(MonotonicTime now, ClientRecord* client);
  void FlushWills(MonotonicTime now);
  bool MustWait(size_t index) const;
  Verdict OfferWill(const DueWill& due);
  static codec::Publish AsPublished(const DueWill& due);

  const Limits limits_;
  const AccessControl* access_;
  EventSink* const sink_;
  StateSink* state_ = nullptr;
  Counters& counters_;
  Random& random_;
  Shares shares_;  // outlives everything that holds a share
  ShareLog share_log_;
  const PartyRef own_;  // the gateway itself
  MessagePool pool_;    // outlives everything that holds messages
  ClientRegistry clients_;
  SubscriptionTree subscriptions_;
  SharedGroups groups_;
  FilterShapes shapes_;
  RetainedStore retained_;
  FanOut fan_out_;
  std::deque<SessionId> unfinished_;  // whose retained messages go on with Tick
  std::deque<DueWill> due_wills_;
  std::optional<MonotonicTime> wills_retry_at_;
  size_t will_bytes_ = 0;  // of clients and of due_wills_
};

}  // namespace sluice::broker
