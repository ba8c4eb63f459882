#include "session/session.h"

#include "base/status.h"
#include "codec/auth.h"
#include "codec/ping.h"

namespace sluice::session {

using codec::PacketType;
using codec::ReasonCode;
using codec::Verdict;

Session::Session(const Limits& limits, const Capabilities& capabilities, Counters& counters)
    : limits_(limits),
      capabilities_(capabilities),
      counters_(counters),
      aliases_(limits.topic_alias_maximum),
      control_rate_(limits.control_burst, limits.control_per_second) {
  SLUICE_CHECK(limits.receive_maximum > 0);
  SLUICE_CHECK(limits.max_outbound_in_flight > 0 && limits.max_outbound_bytes > 0);
}

size_t Session::Receive(MonotonicTime now, ByteSpan in, Output* out) {
  if (in.empty() || !CanReceive()) return 0;
  codec::Frame frame;
  const codec::FramePeek peek = codec::PeekFrame(in, MaxPacketBytes(), &frame);
  if (peek.state == codec::FrameState::kError) FailFrame(peek.verdict, out);
  if (phase_ == Phase::kConnect && in[0] >> 4 != static_cast<uint8_t>(PacketType::kConnect)) {
    FailRule(Verdict::ProtocolError("[MQTT-3.1.0-1] the first packet is not CONNECT"), out);
  }
  if (phase_ == Phase::kClosed || peek.state != codec::FrameState::kOk) return 0;
  last_packet_at_ = now;
  Dispatch(frame, out);
  return frame.size;
}

bool Session::CanReceive() const {
  return phase_ == Phase::kConnect || (phase_ == Phase::kOpen && !InputBlocked());
}

void Session::SetReading(bool reading) {
  reading_ = reading;
  if (!reading) silence_excused_ = true;
}

uint32_t Session::MaxPacketBytes() const {
  return phase_ == Phase::kConnect ? limits_.max_connect_bytes : limits_.max_packet_bytes;
}

// 3.1.1 has no Receive Maximum; the window is kept by not reading on.
bool Session::InputBlocked() const {
  return version_ == codec::Version::kV311 && acks_.size() >= limits_.receive_maximum;
}

void Session::Dispatch(const codec::Frame& frame, Output* out) {
  switch (frame.type) {
    case PacketType::kConnect:
      return OnConnect(frame, out);
    case PacketType::kPublish:
      return OnPublish(frame, out);
    case PacketType::kPuback:
    case PacketType::kPubrec:
    case PacketType::kPubrel:
    case PacketType::kPubcomp:
      return OnAck(frame, out);
    case PacketType::kSubscribe:
      return OnSubscribe(frame, out);
    case PacketType::kUnsubscribe:
      return OnUnsubscribe(frame, out);
    case PacketType::kPingreq:
      return OnPing(frame, out);
    case PacketType::kDisconnect:
      return OnDisconnect(frame, out);
    case PacketType::kAuth:
      return OnAuth(frame, out);
    default:
      return FailRule(Verdict::ProtocolError("a packet that only servers send"), out);
  }
}

void Session::OnPing(const codec::Frame& frame, Output* out) {
  codec::Ping ping;
  if (!TakeControlToken(out) || !Read(frame, &ping, out)) return;
  codec::Encode(codec::Ping{PacketType::kPingresp}, version_, &out->bytes);  // [MQTT-3.12.4-1]
}

// A client that named an authentication method was refused when it connected, so none may send
// AUTH.
void Session::OnAuth(const codec::Frame& frame, Output* out) {
  codec::Auth auth;
  if (!Read(frame, &auth, out)) return;
  FailRule(Verdict::ProtocolError("[MQTT-4.12.0-6] AUTH without an authentication method"), out);
}

bool Session::TakeControlToken(Output* out) {
  if (control_rate_.Take(last_packet_at_)) return true;
  FailLimit(counters_.control_floods, ReasonCode::kMessageRateTooHigh, "too many control packets",
            out);
  return false;
}

void Session::CheckInvariants() const {
  const bool open = connected();
  SLUICE_CHECK(open == (state_ != nullptr));
  SLUICE_CHECK(open || acks_.empty());
  SLUICE_CHECK(!closed() || !(timer_runs_[0] || timer_runs_[1]));
  if (!open) return;
  SLUICE_CHECK(acks_.size() <= size_t{limits_.receive_maximum} + limits_.max_qos2_ids);
  SLUICE_CHECK(version_ != codec::Version::kV5 || in_flight_ <= limits_.receive_maximum);
  SLUICE_CHECK(state_->inbound.size() <= limits_.max_qos2_ids);
  SLUICE_CHECK(state_->outbound.sent() <= client_receive_maximum_);
  SLUICE_CHECK(acks_.Done() == nullptr);
  state_->CheckInvariants();
}

}  // namespace sluice::session
