#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "client/action.h"
#include "client/end.h"
#include "client/inbound_flow.h"
#include "client/keep_alive.h"
#include "client/options.h"
#include "client/outbound_flow.h"
#include "client/server_terms.h"
#include "codec/frame.h"
#include "codec/publish.h"

namespace sluice::client {

// The client's side of one MQTT connection, 3.1.1 or 5.0, without I/O and without a clock: bytes
// and events in, bytes and actions out. One client per connection; one thread. Nothing here calls
// back, and no call fails: what the server does wrong ends in Ended with the exact reason.
//
// The owner: Start, then Receive for every packet; sends Output::bytes, carries out
// Output::actions, calls Tick when NextDeadline is reached. Every call but Receive may come at any
// time; after Ended all are without effect. The client borrows options and state and owns the rest.
// Many publishes and the answers to many packets may be gathered in one output.
//
//     while (const size_t n = client.Receive(now, input, &out)) {
//       // Carry out the actions, which may view `input`, and clear them.
//       input = input.subspan(n);
//     }
//     // Send the bytes; also those that a last Receive, which took nothing, has left.
//
// It finds packets, hands each to the part that knows what it means, and begins and ends the
// connection; all else is in the parts, which do not know it or each other.
//
// Invariants, asserted by CheckInvariants(): those of the parts; nothing is due after Ended.
class Client {
 public:
  // CheckOptions(options) is OK; both outlive the client.
  Client(const Options& options, SessionState& state);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // The stream stands: sends CONNECT.
  void Start(MonotonicTime now, Output* out);

  // Takes at most one packet from the front of `in` and returns its length; 0 if it is not complete
  // yet, or if the connection has ended. See action.h for how long `in` must live.
  size_t Receive(MonotonicTime now, ByteSpan in, Output* out);

  // Sends a message; packet_id, dup and topic_alias of it are ignored, and of what MQTT 3.1.1 does
  // not know nothing is sent. `token` comes back in Acknowledged (QoS 1 and 2).
  PublishResult Publish(MonotonicTime now, uint32_t token, const codec::OutgoingPublish& message,
                        Output* out);
  // Whether a publish of QoS 1 or 2 finds room.
  bool CanPublish() const { return connected() && outbound_.can_publish(); }
  // `subscription_id`: 0 for none. `token` comes back in Subscribed and Unsubscribed.
  RequestResult Subscribe(MonotonicTime now, uint32_t token,
                          const codec::SubscriptionList& subscriptions, uint32_t subscription_id,
                          Output* out);
  RequestResult Unsubscribe(MonotonicTime now, uint32_t token,
                            const codec::UnsubscriptionList& filters, Output* out);
  // The owner has done with an inbound message of QoS 1 or 2.
  void Acknowledge(MonotonicTime now, uint16_t packet_id, codec::ReasonCode reason, Output* out);

  // Ends the connection: kNormalDisconnection, or kDisconnectWithWill (MQTT 5).
  void Disconnect(codec::ReasonCode reason, Output* out);
  // The stream ended or failed.
  void OnStreamClosed(Output* out);

  void Tick(MonotonicTime now, Output* out);
  // When Tick must be called; never earlier than it was unless something was sent or received.
  std::optional<MonotonicTime> NextDeadline() const;

  bool connected() const { return phase_ == Phase::kOpen; }
  bool ended() const { return phase_ == Phase::kEnded; }
  const ServerTerms& terms() const { return terms_; }
  const End& end() const { return end_; }
  // Publishes of QoS 1 and 2 that have not been answered.
  size_t in_flight() const { return outbound_.in_flight(); }
  void CheckInvariants() const;

 private:
  enum class Phase : uint8_t { kNew, kConnecting, kOpen, kEnded };

  // client.cc: packets that have come whole.
  Fault OnFrame(MonotonicTime now, const codec::Frame& frame, Output* out);
  Fault Dispatch(MonotonicTime now, const codec::Frame& frame, Output* out);
  Fault OnPublish(const codec::Frame& frame, Output* out);
  Fault OnAck(MonotonicTime now, const codec::Frame& frame, Output* out);
  Fault OnSuback(MonotonicTime now, const codec::Frame& frame, Output* out);
  Fault OnUnsuback(MonotonicTime now, const codec::Frame& frame, Output* out);
  Fault OnPing(MonotonicTime now, const codec::Frame& frame);
  void NoteSent(MonotonicTime now, size_t before, const Output& out);

  // client_connect.cc: the beginning.
  void SendConnect(Output* out) const;
  Fault OnConnack(MonotonicTime now, const codec::Frame& frame, Output* out);

  // client_end.cc: the end.
  Fault OnDisconnect(const codec::Frame& frame, Output* out);
  void Fail(const Fault& fault, Output* out);
  void SendDisconnect(codec::ReasonCode reason, const char* why, Output* out) const;
  void Finish(End end, Output* out);

  const Options& options_;
  Phase phase_ = Phase::kNew;
  MonotonicTime connack_due_{};
  ServerTerms terms_;
  KeepAlive keep_alive_;
  OutboundFlow outbound_;
  InboundFlow inbound_;
  End end_;
  codec::Publish publish_;  // that the latest action points to
};

}  // namespace sluice::client
