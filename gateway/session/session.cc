#include "session/session.h"

#include "base/status.h"
#include "codec/auth.h"
#include "codec/disconnect.h"
#include "codec/ping.h"

namespace sluice::session {

using codec::PacketType;
using codec::ReasonCode;
using codec::Verdict;

namespace {

template <typename Packet>
Fault Read(const codec::Frame& frame, codec::Version version, Packet* packet) {
  if (const Verdict verdict = Decode(frame, version, packet); !verdict.ok()) {
    return Fault::Malformed(verdict);
  }
  const Verdict verdict = Validate(*packet, version, codec::Sender::kClient);
  return verdict.ok() ? Fault{} : Fault::Rule(verdict);
}

// What a packet of filters counts for among the control packets.
uint32_t PacketsWorth(size_t filters) { return 1 + static_cast<uint32_t>(filters / 16); }

}  // namespace

Session::Session(const Limits& limits, const Capabilities& capabilities, Counters& counters)
    : limits_(limits),
      counters_(counters),
      terms_(limits, capabilities, counters),
      control_rate_(limits, counters),
      inbound_(terms_, limits, capabilities, counters, control_rate_),
      outbound_(terms_, limits, counters, control_rate_),
      pending_(terms_, capabilities) {}

size_t Session::Receive(MonotonicTime now, ByteSpan in, Output* out) {
  if (in.empty() || !CanReceive()) return 0;
  codec::Frame frame;
  const codec::FramePeek peek = codec::PeekFrame(in, MaxPacketBytes(), &frame);
  if (peek.state == codec::FrameState::kError) {
    Fail(FaultOfFrame(peek.verdict), out);
    return 0;
  }
  if (phase_ == Phase::kConnecting && in[0] >> 4 != static_cast<uint8_t>(PacketType::kConnect)) {
    Fail(Fault::Rule(Verdict::ProtocolError("[MQTT-3.1.0-1] the first packet is not CONNECT")),
         out);
    return 0;
  }
  if (peek.state == codec::FrameState::kNeedMore) return 0;
  keep_alive_.OnPacket(now);
  if (const Fault fault = Dispatch(now, frame, out)) Fail(fault, out);
  return frame.size;
}

uint32_t Session::MaxPacketBytes() const {
  return phase_ == Phase::kConnecting ? limits_.max_connect_bytes : limits_.max_packet_bytes;
}

Fault Session::FaultOfFrame(Verdict verdict) const {
  if (verdict.reason != ReasonCode::kPacketTooLarge) return Fault::Malformed(verdict);
  return Fault::Limit(counters_.oversized_packets, verdict.reason, verdict.why);
}

Fault Session::Dispatch(MonotonicTime now, const codec::Frame& frame, Output* out) {
  switch (frame.type) {
    case PacketType::kConnect:
      return OnConnect(frame, out);
    case PacketType::kPublish:
      return OnPublish(frame, out);
    case PacketType::kPuback:
    case PacketType::kPubrec:
    case PacketType::kPubrel:
    case PacketType::kPubcomp:
      return OnAck(now, frame, out);
    case PacketType::kSubscribe:
      return OnSubscribe(now, frame, out);
    case PacketType::kUnsubscribe:
      return OnUnsubscribe(now, frame, out);
    case PacketType::kPingreq:
      return OnPing(now, frame, out);
    case PacketType::kDisconnect:
      return OnDisconnect(frame, out);
    case PacketType::kAuth:
      return OnAuth(frame);
    default:
      return Fault::Rule(Verdict::ProtocolError("a packet that only servers send"));
  }
}

Fault Session::OnPublish(const codec::Frame& frame, Output* out) {
  codec::Publish& publish = packet_.emplace<codec::Publish>();
  if (const Fault fault = Read(frame, version(), &publish)) return fault;
  return inbound_.OnPublish(&publish, out);
}

Fault Session::OnAck(MonotonicTime now, const codec::Frame& frame, Output* out) {
  codec::Ack ack;
  if (const Fault fault = Read(frame, version(), &ack)) return fault;
  return ack.type == PacketType::kPubrel ? inbound_.OnPubrel(now, ack, out)
                                         : outbound_.OnAck(now, ack, out);
}

Fault Session::OnSubscribe(MonotonicTime now, const codec::Frame& frame, Output* out) {
  auto& subscribe = packet_.emplace<codec::Subscribe>();
  if (const Fault fault = Read(frame, version(), &subscribe)) return fault;
  control_rate_.Take(now, PacketsWorth(subscribe.subscriptions.size()), out);
  return pending_.OnSubscribe(subscribe, out);
}

Fault Session::OnUnsubscribe(MonotonicTime now, const codec::Frame& frame, Output* out) {
  auto& unsubscribe = packet_.emplace<codec::Unsubscribe>();
  if (const Fault fault = Read(frame, version(), &unsubscribe)) return fault;
  control_rate_.Take(now, PacketsWorth(unsubscribe.filters.size()), out);
  return pending_.OnUnsubscribe(unsubscribe, out);
}

Fault Session::OnPing(MonotonicTime now, const codec::Frame& frame, Output* out) {
  codec::Ping ping;
  if (const Fault fault = Read(frame, version(), &ping)) return fault;
  control_rate_.Take(now, 1, out);
  codec::Encode(codec::Ping{PacketType::kPingresp}, version(), &out->bytes);  // [MQTT-3.12.4-1]
  return {};
}

// A client that named an authentication method was refused when it connected, so none may send
// AUTH.
Fault Session::OnAuth(const codec::Frame& frame) const {
  codec::Auth auth;
  if (const Fault fault = Read(frame, version(), &auth)) return fault;
  return Fault::Rule(
      Verdict::ProtocolError("[MQTT-4.12.0-6] AUTH without an authentication method"));
}

Fault Session::OnDisconnect(const codec::Frame& frame, Output* out) {
  codec::Disconnect disconnect;
  if (const Fault fault = Read(frame, version(), &disconnect)) return fault;
  const auto expiry = disconnect.properties.session_expiry_interval;
  if (expiry.has_value() && !terms_.ChangeSessionExpiry(*expiry)) {
    return Fault::Rule(Verdict::ProtocolError("a session that was to end now cannot stay"));
  }
  End(CloseCause::kClientDisconnected, {disconnect.reason, "DISCONNECT"}, out);
  return {};
}

void Session::Acknowledge(uint16_t packet_id, ReasonCode reason, Output* out) {
  if (!connected()) return;
  if (const Fault fault = inbound_.Acknowledge(packet_id, reason, out)) Fail(fault, out);
}

void Session::AcceptSubscribe(uint16_t packet_id, std::span<const ReasonCode> codes, Output* out) {
  if (const Fault fault = pending_.AcceptSubscribe(packet_id, codes, out)) Fail(fault, out);
}

void Session::AcceptUnsubscribe(uint16_t packet_id, std::span<const ReasonCode> codes,
                                Output* out) {
  if (const Fault fault = pending_.AcceptUnsubscribe(packet_id, codes, out)) Fail(fault, out);
}

DeliverResult Session::Deliver(MonotonicTime now, const codec::Publish& message, Output* out) {
  return connected() ? outbound_.Deliver(now, message, out) : DeliverResult::kClosed;
}

void Session::CheckInvariants() const {
  SLUICE_CHECK(inbound_.is_open() == connected());
  SLUICE_CHECK(outbound_.is_open() == connected());
  SLUICE_CHECK(connected() || !keep_alive_.timer_runs());
  SLUICE_CHECK(connected() || !control_rate_.rests());
  SLUICE_CHECK(phase_ == Phase::kConnecting || !connect_timer_runs_);
  SLUICE_CHECK(!pending_.connect_due() || phase_ == Phase::kConnecting);
  SLUICE_CHECK(!closed() || !pending_.due());
  terms_.CheckInvariants();
  keep_alive_.CheckInvariants();
  inbound_.CheckInvariants();
  outbound_.CheckInvariants();
  pending_.CheckInvariants();
}

}  // namespace sluice::session
