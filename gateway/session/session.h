#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "codec/publish.h"
#include "codec/reason_code.h"
#include "codec/version.h"
#include "session/ack_queue.h"
#include "session/action.h"
#include "session/limits.h"
#include "session/rate_limit.h"
#include "session/session_state.h"
#include "session/topic_aliases.h"

namespace sluice::session {

// What the owner decided about a CONNECT that it accepts.
struct ConnectAnswer {
  // Whether `state` is one that the client has had before; never after a clean start
  // [MQTT-3.2.2-2].
  bool session_present = false;
  // The identifier given to a client that sent none; empty otherwise.
  std::string_view assigned_client_id;
  // The owner keeps its promise to call SessionState::AcknowledgeInbound (or Acknowledge of the
  // next session) for QoS 2 messages whose connection ended first. Without it such a message is
  // forgotten when the connection ends, and handed out again when the client repeats it.
  bool late_acknowledgements = false;
};

enum class DeliverResult : uint8_t {
  kSent,        // for QoS 1 and 2 a DeliveryFinished follows
  kWindowFull,  // not taken; try again after a DeliveryFinished
  kTooLarge,    // larger than the client takes; dropped, and to be treated as sent [MQTT-3.1.2-25]
  kClosed,      // there is no client any more, or not yet
};

// The server's side of one MQTT connection, 3.1.1 or 5.0, without I/O and without a clock: bytes
// and events in, bytes and actions out. One session per connection; one thread. Nothing here calls
// back, and no call fails: what the peer does wrong ends in a reason code and Close.
//
// The owner: Start, then Receive for every packet; sends Output::bytes, carries out
// Output::actions, answers requests. Every call but Receive may come at any time; after Close all
// are without effect. The session borrows limits, counters and state and owns the rest.
//
//     while (session.CanReceive()) {
//       size_t n = session.Receive(now, input, &out);
//       if (n == 0) break;              // more bytes are needed
//       …carry out the actions; a publish that finds no room keeps its n bytes in the input until
//       it does… input = input.subspan(n);
//     }
//
// Invariants, asserted by CheckInvariants(): only an open session has a state; acknowledgements
// leave in the order of arrival [MQTT-4.6.0-2]; messages in flight inwards never exceed the Receive
// Maximum; messages sent outwards never exceed the client's; Close was emitted if and only if the
// phase is kClosed.
class Session {
 public:
  Session(const Limits& limits, const Capabilities& capabilities, Counters& counters);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // The connection stands: the time for CONNECT runs.
  void Start(Output* out);

  // Takes at most one packet from the front of `in` and returns its length; 0 if it is not complete
  // yet or CanReceive() is false. See action.h for how long `in` must live.
  size_t Receive(MonotonicTime now, ByteSpan in, Output* out);
  // False while an answer of the owner is due, while a 3.1.1 client has receive_maximum messages
  // waiting to be acknowledged, and after Close. The owner stops reading the stream then.
  bool CanReceive() const;
  // The owner stopped or resumed reading by itself: silence in between is not the client's.
  void SetReading(bool reading, MonotonicTime now);

  // Answers to ConnectRequested. With `session_present` what is in flight in `state` is sent again,
  // in order; without, `state` must be empty.
  void AcceptConnect(MonotonicTime now, const ConnectAnswer& answer, SessionState* state,
                     Output* out);
  void RefuseConnect(codec::ReasonCode reason, Output* out);

  // The owner has done with an inbound QoS 1 or 2 message. `reason` is kSuccess,
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
  bool connected() const { return phase_ == Phase::kOpen || phase_ == Phase::kSubscribeAnswer; }
  bool closed() const { return phase_ == Phase::kClosed; }
  codec::Version version() const { return version_; }
  // Messages of QoS 1 and 2 that wait for Acknowledge.
  size_t unacknowledged() const { return acks_.size(); }
  void CheckInvariants() const;

 private:
  enum class Phase : uint8_t { kConnect, kConnectAnswer, kOpen, kSubscribeAnswer, kClosed };

  const Limits& limits_;
  const Capabilities& capabilities_;
  Counters& counters_;

  Phase phase_ = Phase::kConnect;
  codec::Version version_ = codec::Version::kV5;
  SessionState* state_ = nullptr;
  AckQueue acks_;
  TopicAliases aliases_;
  RateLimit control_rate_;
};

}  // namespace sluice::session
