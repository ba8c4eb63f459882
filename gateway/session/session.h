#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "base/clock.h"
#include "codec/ack.h"
#include "codec/connack.h"
#include "codec/frame.h"
#include "codec/protocol.h"
#include "codec/publish.h"
#include "codec/reason_code.h"
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
  // The owner promises to call SessionState::AcknowledgeInbound (or Acknowledge of the next
  // session) for every QoS 2 message whose connection ended first, with an error for one that it
  // has let go: the client's repetition waits for that word. Without the promise such a message is
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
//       const size_t n = session.Receive(now, input, &out);
//       // Send the bytes and carry out the actions, also when n is 0: the connection may have
//       ended.
//       // A publish that finds no room keeps its n bytes in the input until it does, and nothing
//       // more is received meanwhile.
//       if (n == 0) break;
//       input = input.subspan(n);
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
  // yet, if CanReceive() is false, or if the bytes ended the connection. See action.h for how long
  // `in` must live.
  size_t Receive(MonotonicTime now, ByteSpan in, Output* out);
  // False while an answer of the owner is due, while a 3.1.1 client has receive_maximum messages
  // waiting to be acknowledged, and after Close. The owner stops reading the stream then.
  bool CanReceive() const;
  // The owner stopped (false) or resumed reading by itself: silence in between is not the client's.
  void SetReading(bool reading);

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
  bool connected() const { return phase_ == Phase::kOpen || phase_ == Phase::kFilterAnswer; }
  bool closed() const { return phase_ == Phase::kClosed; }
  codec::Version version() const { return version_; }
  // Messages of QoS 1 and 2 that wait for Acknowledge.
  size_t unacknowledged() const { return acks_.size(); }
  void CheckInvariants() const;

 private:
  enum class Phase : uint8_t {
    kConnect,        // CONNECT is due
    kConnectAnswer,  // the owner's answer to it is due
    kOpen,
    kFilterAnswer,  // open; the owner's answer to a SUBSCRIBE or UNSUBSCRIBE is due
    kClosed,
  };

  // session.cc
  uint32_t MaxPacketBytes() const;
  bool InputBlocked() const;
  void Dispatch(const codec::Frame& frame, Output* out);
  void OnPing(const codec::Frame& frame, Output* out);
  void OnAuth(const codec::Frame& frame, Output* out);
  template <typename Packet>
  bool Read(const codec::Frame& frame, Packet* packet, Output* out);
  bool TakeControlToken(Output* out);

  // on_connect.cc
  void OnConnect(const codec::Frame& frame, Output* out);
  const codec::Connect* ReadConnect(const codec::Frame& frame, Output* out);
  codec::Verdict CheckConnect(const codec::Connect& connect);
  codec::Verdict CheckWill(const codec::Will& will);
  void RememberConnect(const codec::Connect& connect);
  void FillConnack(const ConnectAnswer& answer, codec::Connack* connack) const;
  void Refuse(CloseCause cause, codec::Verdict verdict, Output* out);

  // on_publish.cc
  void OnPublish(const codec::Frame& frame, Output* out);
  codec::Verdict CheckPublish(const codec::Publish& publish) const;
  bool TopicFits(std::string_view topic);
  codec::Verdict ResolveAlias(codec::Publish* publish);
  void OnPublishQos1(const codec::Publish& publish, Output* out);
  void OnPublishQos2(const codec::Publish& publish, Output* out);
  void OnPublishRepeated(const codec::Publish& publish, InboundIds::Entry* known, Output* out);
  bool TakeReceiveQuota(Output* out);
  AckQueue::Entry& QueueAck(const codec::Publish& publish);
  void FailIdInUse(Output* out);

  // acknowledge.cc
  void SendAcks(Output* out);
  void SendPubrec(const AckQueue::Entry& ack, Output* out);
  void ForgetInbound(InboundIds::Entry* entry);

  // on_ack.cc
  void OnAck(const codec::Frame& frame, Output* out);
  void OnPuback(const codec::Ack& ack, OutboundMessage* message, Output* out);
  void OnPubrec(const codec::Ack& ack, OutboundMessage* message, Output* out);
  void OnPubcomp(OutboundMessage* message, Output* out);
  void OnPubrel(const codec::Ack& ack, Output* out);
  void FinishDelivery(OutboundMessage* message, codec::ReasonCode reason, Output* out);
  void OnUnknownAck(const codec::Ack& ack, Output* out);

  // on_subscribe.cc
  void OnSubscribe(const codec::Frame& frame, Output* out);
  void OnUnsubscribe(const codec::Frame& frame, Output* out);
  template <typename Filters>
  bool CheckFilters(const Filters& filters, Output* out);
  void AwaitAnswer(codec::PacketType request, uint16_t packet_id, size_t filters);
  template <typename Answer>
  void AnswerFilters(codec::PacketType request, uint16_t packet_id,
                     std::span<const codec::ReasonCode> codes, Output* out);

  // deliver.cc
  DeliverResult SendOnce(const codec::Publish& publish, Output* out);
  DeliverResult SendAndKeep(MonotonicTime now, codec::Publish* publish, Output* out);
  void SendUnsent(MonotonicTime now, Output* out);
  bool Resend(MonotonicTime now, const OutboundMessage& message, Output* out);

  // on_disconnect.cc
  void OnDisconnect(const codec::Frame& frame, Output* out);
  void FailFrame(codec::Verdict verdict, Output* out);
  void FailMalformed(codec::Verdict verdict, Output* out);
  void FailRule(codec::Verdict verdict, Output* out);
  void FailLimit(Counter& counter, codec::ReasonCode reason, const char* why, Output* out);
  void Fail(CloseCause cause, codec::Verdict verdict, Output* out);
  void SendDisconnect(codec::Verdict verdict, Output* out);
  void End(CloseCause cause, codec::Verdict verdict, Output* out);
  WillFate FateOfWill(CloseCause cause, codec::ReasonCode reason) const;
  void ReturnState();

  // timers.cc
  void StartKeepAlive(Output* out);
  std::chrono::milliseconds KeepAlive() const;
  void OnKeepAlive(MonotonicTime now, Output* out);
  void StartTimerFor(TimerKind kind, std::chrono::milliseconds duration, Output* out);
  void StopTimers(Output* out);

  const Limits& limits_;
  const Capabilities& capabilities_;
  Counters& counters_;

  Phase phase_ = Phase::kConnect;
  SessionState* state_ = nullptr;
  // The packet that the latest action points to.
  std::variant<std::monostate, codec::Connect, codec::Publish, codec::Subscribe, codec::Unsubscribe>
      packet_;

  // What the client said in CONNECT, limits applied.
  codec::Version version_ = codec::Version::kV5;
  bool clean_start_ = true;
  bool has_will_ = false;
  uint16_t keep_alive_seconds_ = 0;
  bool keep_alive_lowered_ = false;
  uint16_t client_receive_maximum_ = 65'535;
  uint32_t client_max_packet_bytes_ = codec::kMaxPacketBytes;
  uint32_t session_expiry_seconds_ = 0;
  bool session_expiry_lowered_ = false;
  bool late_acknowledgements_ = false;

  // The SUBSCRIBE or UNSUBSCRIBE that waits for its answer.
  codec::PacketType request_ = codec::PacketType::kReserved;
  uint16_t request_id_ = 0;
  size_t request_filters_ = 0;

  AckQueue acks_;
  size_t in_flight_ = 0;  // what the client may count against our Receive Maximum
  TopicAliases aliases_;
  RateLimit control_rate_;
  MonotonicTime last_packet_at_;
  bool reading_ = true;
  bool silence_excused_ =
      false;  // since the last look we may have kept the client from being heard
  std::array<bool, kTimerKinds> timer_runs_{};
};

// Decodes and validates; ends the connection and returns false if either finds a fault.
template <typename Packet>
bool Session::Read(const codec::Frame& frame, Packet* packet, Output* out) {
  if (const codec::Verdict verdict = Decode(frame, version_, packet); !verdict.ok()) {
    FailMalformed(verdict, out);
    return false;
  }
  const codec::Verdict verdict = Validate(*packet, version_, codec::Sender::kClient);
  if (!verdict.ok()) FailRule(verdict, out);
  return verdict.ok();
}

}  // namespace sluice::session
