#pragma once

#include <cstdint>
#include <span>
#include <variant>

#include "base/bytes.h"
#include "base/clock.h"
#include "codec/frame.h"
#include "session/action.h"
#include "session/client_terms.h"
#include "session/control_rate.h"
#include "session/fault.h"
#include "session/inbound_flow.h"
#include "session/keep_alive.h"
#include "session/limits.h"
#include "session/outbound_flow.h"
#include "session/pending_request.h"
#include "session/session_state.h"

namespace sluice::session {

// The server's side of one MQTT connection, 3.1.1 or 5.0, without I/O and without a clock: bytes
// and events in, bytes and actions out. One session per connection; one thread. Nothing here calls
// back, and no call fails: what the peer does wrong ends in a reason code and Close.
//
// The owner: Start, then Receive for every packet; sends Output::bytes, carries out
// Output::actions, answers requests. Every call but Receive may come at any time; after Close all
// are without effect. The session borrows limits, counters and state and owns the rest.
//
//     while (session.CanReceive()) {
//       const size_t n = session.Receive(now, input, &out);
//       // Send the bytes and carry out the actions, also when n is 0: it may have ended. A publish
//       // that finds no room is the owner's to keep until it does; nothing is received meanwhile.
//       if (n == 0) break;
//       input = input.subspan(n);
//     }
//
// It finds packets, hands each to the part that knows what it means, and begins and ends the
// connection; all else is in the parts, which do not know it or each other.
//
// Invariants, asserted by CheckInvariants(): those of the parts; the flows are open if and only if
// CONNECT was accepted and Close has not been emitted; no timer runs and no answer is due after it.
class Session {
 public:
  Session(const Limits& limits, const Capabilities& capabilities, Counters& counters);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // The connection stands: the time for CONNECT runs.
  void Start(Output* out);

  // Takes at most one packet from the front of `in` and returns its length; 0 if it is not complete
  // yet, if CanReceive() is false, or if the bytes ended the connection. See action.h for how long
  // `in` must live.
  size_t Receive(MonotonicTime now, ByteSpan in, Output* out);
  // False while an answer of the owner is due, while a 3.1.1 client has receive_maximum messages
  // waiting to be acknowledged, while a client rests that sent too many control packets, and after
  // Close. The owner stops reading the stream then.
  bool CanReceive() const {
    return !closed() && !pending_.due() && !inbound_.blocked() && !control_rate_.rests();
  }
  // The owner stopped (false) or resumed reading by itself: silence in between is not the client's.
  void SetReading(bool reading) { keep_alive_.SetReading(reading); }

  // Answers to ConnectRequested. With `session_present` what is in flight in `state` is sent again,
  // in order; without, `state` must be empty.
  void AcceptConnect(MonotonicTime now, const ConnectAnswer& answer, SessionState* state,
                     Output* out);
  void RefuseConnect(codec::ReasonCode reason, Output* out);

  // The owner has done with an inbound QoS 1 or 2 message, of this connection: a word on an earlier
  // connection's is lost (QoS 1, the client repeats it) or late (QoS 2, ConnectAnswer), and must
  // not be mixed up with a new message of the same identifier. `reason` is kSuccess,
  // kNoMatchingSubscribers or an error of PUBACK/PUBREC; 3.1.1 has no errors there, so that one
  // closes the connection instead. Without effect for an identifier that does not wait.
  void Acknowledge(uint16_t packet_id, codec::ReasonCode reason, Output* out);
  void AcceptSubscribe(uint16_t packet_id, std::span<const codec::ReasonCode> codes, Output* out);
  void AcceptUnsubscribe(uint16_t packet_id, std::span<const codec::ReasonCode> codes, Output* out);

  // Sends a message to the client; QoS 1 and 2 are kept in the state until acknowledged. packet_id,
  // dup and topic alias of `message` are ignored; its bytes are copied. Asks for no more than one
  // window and the bounds of Limits, so it allocates nothing in steady state.
  DeliverResult Deliver(MonotonicTime now, const codec::Publish& message, Output* out);

  void OnTimer(TimerKind kind, MonotonicTime now, Output* out);

  // The server ends the connection: kServerShuttingDown, kSessionTakenOver, kAdministrativeAction,
  // … MQTT 5 clients are told, 3.1.1 clients only see the end.
  void Disconnect(codec::ReasonCode reason, Output* out);
  // The stream ended or failed.
  void OnStreamClosed(Output* out);

  // Whether CONNECT was accepted and Close has not been emitted.
  bool connected() const { return phase_ == Phase::kOpen; }
  bool closed() const { return phase_ == Phase::kClosed; }
  codec::Version version() const { return terms_.version(); }
  // Of a CONNECT that waits for its answer.
  size_t kept_bytes() const { return pending_.kept_bytes(); }
  // Messages of QoS 1 and 2 that wait for Acknowledge.
  size_t unacknowledged() const { return inbound_.unacknowledged(); }
  void CheckInvariants() const;

 private:
  enum class Phase : uint8_t { kConnecting, kOpen, kClosed };

  // session.cc: packets that have come whole.
  uint32_t MaxPacketBytes() const;
  Fault FaultOfFrame(codec::Verdict verdict) const;
  Fault Dispatch(MonotonicTime now, const codec::Frame& frame, Output* out);
  Fault OnPublish(const codec::Frame& frame, Output* out);
  Fault OnAck(MonotonicTime now, const codec::Frame& frame, Output* out);
  Fault OnSubscribe(MonotonicTime now, const codec::Frame& frame, Output* out);
  Fault OnUnsubscribe(MonotonicTime now, const codec::Frame& frame, Output* out);
  Fault OnPing(MonotonicTime now, const codec::Frame& frame, Output* out);
  Fault OnDisconnect(const codec::Frame& frame, Output* out);
  Fault OnAuth(const codec::Frame& frame) const;

  // session_connect.cc: the beginning.
  Fault OnConnect(const codec::Frame& frame, Output* out);
  Fault OnUnsoundConnect(codec::Verdict verdict, Output* out);
  enum class Tell : bool { kCode, kWhy };
  void Refuse(CloseCause cause, codec::Verdict verdict, Output* out, Tell tell = Tell::kWhy);
  void StopConnectTimer(Output* out);

  // session_close.cc: the end.
  void OnConnectTimer(Output* out);
  void Fail(const Fault& fault, Output* out);
  void SendDisconnect(codec::Verdict verdict, Output* out) const;
  void End(CloseCause cause, codec::Verdict verdict, Output* out);
  void Count(CloseCause cause);
  WillFate FateOfWill(CloseCause cause, codec::ReasonCode reason) const;

  const Limits& limits_;
  Counters& counters_;

  Phase phase_ = Phase::kConnecting;
  bool connect_timer_runs_ = false;
  ClientTerms terms_;
  KeepAlive keep_alive_;
  ControlRate control_rate_;
  InboundFlow inbound_;
  OutboundFlow outbound_;
  PendingRequest pending_;
  // The packet that the latest action points to, unless that is CONNECT. Last, as it is large and
  // the rest is looked at for every packet.
  std::variant<std::monostate, codec::Publish, codec::Subscribe, codec::Unsubscribe> packet_;
};

}  // namespace sluice::session
