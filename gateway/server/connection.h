#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/lifetime.h"
#include "base/log_limit.h"
#include "base/metrics.h"
#include "base/scheduler.h"
#include "broker/broker.h"
#include "broker/client_handle.h"
#include "identity/authenticator.h"
#include "server/client_info.h"
#include "server/client_log.h"
#include "server/connect_refusals.h"
#include "server/held_publish.h"
#include "server/output_pool.h"
#include "session/session.h"
#include "transport/byte_budget.h"
#include "transport/byte_stream.h"

namespace sluice::server {

class Connection;

// What connections have in common; outlives them.
struct ConnectionContext {
  Scheduler& scheduler;
  broker::Broker& broker;
  identity::Authenticator& authenticator;
  const session::Limits& limits;
  const session::Capabilities& capabilities;
  const std::string& response_information;  // see ServerOptions
  session::Counters& counters;
  OutputPool& outputs;
  // What all connections hold: of input not consumed, and of messages on their way to clients.
  transport::ByteBudget& input;
  transport::ByteBudget& outgoing;
  // Times that a publish found no room and its connection was not read any further.
  Counter& paused;
  Counter& outgoing_shortages;  // times that a message waited because `outgoing` was used up
  LogLimit& log_limit;          // of lines that clients can provoke
  const ClientLog& client_log;
  ConnectRefusals& refusals;

  // Told by connections. Removing destroys the connection.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void OnBlocked(Connection* connection) = 0;
    virtual void OnGone(Connection* connection) = 0;
    // A number greater than all before.
    virtual uint64_t NextConnect() = 0;
    // With whom the connection shares, by its identity; `is_shared` as in identity::Decision.
    virtual std::string PartyName(const Connection& connection, bool is_shared) const = 0;
    // Whether the party may have one connection more; another of a larger one may give way to it.
    virtual bool MakeRoomFor(const broker::PartyRef& party) = 0;
    // Others give way, if they hold more, so that the party gets so many bytes of the input budget.
    virtual void MakeRoomForInput(const broker::PartyRef& party, size_t bytes) = 0;
    // The broker's Tick is due earlier than it was.
    virtual void OnBrokerDeadline() = 0;
  };
  Owner& owner;
};

// One client: a byte stream, the session that understands it, and the client's place in the broker.
// The one place where they meet: bytes go from the stream to the session, the session's actions to
// the broker, and what both answer back to the stream. Loop thread only.
//
// Reading stops, and the peer's TCP window with it, while the session takes no more (a 3.1.1 client
// at its window) or a publish waits for room in its stream; see docs/backpressure.md.
class Connection final : public transport::StreamHandler, public broker::ClientHandle {
 public:
  // `rules` are those of the listener, whose number is `listener`. `arrival` is a number of its
  // own, and greater than those of who came before.
  Connection(const ConnectionContext& context, uint64_t arrival,
             std::unique_ptr<transport::ByteStream> stream, identity::EntryRules rules,
             size_t listener);
  ~Connection() override;

  void Start();
  // Offers the publish that found no room again, and goes on reading if it is taken. Returns
  // whether the connection is free again.
  bool Retry();
  // Closes if the client has gone away while its publish waited, which nobody who does not read
  // notices; it will send the publish again.
  void CloseIfPeerHasLeft();
  // broker::ClientHandle: DISCONNECT, flush, close.
  void Disconnect(codec::ReasonCode reason) override;
  // The gateway goes down: the same.
  void Shutdown();
  // No more is read, what was read is still answered.
  void StopReading();

  // Whose share it takes; until CONNECT, by what it has shown.
  void BelongTo(const broker::PartyRef& party);
  // It has to make room for another identity's: 0x97.
  void GiveWay();
  // Without a word, and what it holds is free at once.
  void Drop();

  // What its CONNECT has made it; before that a name for the log.
  const std::string& identity() const { return identity_; }
  const transport::PeerInfo& peer() const { return stream_->peer(); }
  bool has_joined() const { return state_ != nullptr; }
  // Only of one that has joined.
  ClientInfo Describe() const;
  uint64_t arrival() const { return arrival_; }
  size_t listener() const { return listener_; }

 private:
  // Packets taken from one connection, and messages that these make others get, before the next
  // connection has its turn. Stops a publisher at full speed from keeping all others waiting: at 3
  // to 10 µs each a turn is a millisecond.
  static constexpr uint64_t kTurn = 256;

  // transport::StreamHandler
  size_t OnBytes(ByteSpan bytes) override;
  void OnOutputLow() override;
  void OnClosed(const Status& reason) override;
  // broker::ClientHandle
  session::DeliverResult Deliver(const codec::Publish& message) override;
  void Acknowledge(uint16_t packet_id, codec::ReasonCode reason) override;

  // Sends the bytes of `out` and carries out its actions.
  void CarryOut(session::Output* out);
  void Send(session::Output* out);
  void Do(const session::Action& action, session::Output* out);
  void DoConnect(const codec::Connect& connect);
  void DoPublish(const codec::Publish& publish, session::Output* out);
  void DoSubscribe(const codec::Subscribe& subscribe, session::Output* out);
  ClientLog::Client Logged() const;
  void TellRefused(const codec::Subscribe& subscribe, const std::vector<codec::ReasonCode>& codes);
  void DoUnsubscribe(const codec::Unsubscribe& unsubscribe, session::Output* out);
  void DoStartTimer(const session::StartTimer& start);
  void DoClose(const session::Close& close);
  // Hands a publish to the broker and does what its verdict says; false if it has to be offered
  // again.
  bool Offer(const codec::Publish& publish, session::Output* out);
  // connection_connect.cc
  void AwaitDecision();
  void StopAsking();
  void OnDecision(const identity::Decision& decision);
  void Join(const codec::Connect& connect, const identity::Decision& decision,
            session::Output* out);
  // `claims` is who it said that it is; empty: nobody.
  void Refuse(codec::ReasonCode reason, std::string_view claims, std::string_view why,
              session::Output* out);

  void TakeMore();
  void Hold(const codec::Publish& publish);
  void Unhold();
  bool OutgoingIsShort(codec::Qos qos) const;
  void ChargeWindow();
  void ChargeInput(size_t left_over);
  void LetGoOfHeld();
  void UpdateReading();
  void EndTurn();

  ConnectionContext context_;
  const uint64_t arrival_;
  std::unique_ptr<transport::ByteStream> stream_;
  const identity::EntryRules rules_;
  const size_t listener_;
  std::string identity_;
  broker::PartyRef holder_;
  broker::Holding share_;
  broker::Holding input_share_;
  broker::Holding outgoing_share_;
  session::Session session_;
  const codec::Connect* connect_ = nullptr;  // the session's, while who it is from is asked
  uint64_t connect_order_ = 0;
  Lifetime asks_;
  Timer decision_timer_;
  broker::ConnectionId id_;
  std::string_view protocol_;  // of its CONNECT: "3.1", "3.1.1", "5.0"
  MonotonicTime joined_at_;
  MonotonicTime last_packet_at_;
  session::SessionState* state_ = nullptr;  // the broker's; from its accepting us to our Close
  HeldPublish held_;
  transport::ByteBudget::Charge held_charge_;
  transport::ByteBudget::Charge window_charge_;
  std::array<Timer, session::kTimerKinds> timers_;
  std::array<bool, session::kTimerKinds> has_timer_{};
  Timer turn_timer_;
  bool has_turn_timer_ = false;
  bool in_between_turns_ = false;
  bool reading_ = true;
  bool stopped_ = false;  // by StopReading
  bool closing_ = false;  // the session has said Close
};

}  // namespace sluice::server
