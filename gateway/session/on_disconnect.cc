#include <algorithm>

#include "codec/disconnect.h"

#include "session/session.h"

namespace sluice::session {

using codec::ReasonCode;
using codec::Verdict;

void Session::OnDisconnect(const codec::Frame& frame, Output* out) {
  codec::Disconnect disconnect;
  if (!Read(frame, &disconnect, out)) return;
  if (const auto expiry = disconnect.properties.session_expiry_interval) {
    if (session_expiry_seconds_ == 0 && *expiry != 0) {  // Section 3.14.2.2.2.
      return FailRule(Verdict::ProtocolError("a session that was to end now cannot stay"), out);
    }
    session_expiry_seconds_ = std::min(*expiry, limits_.max_session_expiry_seconds);
  }
  End(CloseCause::kClientDisconnected, {disconnect.reason, "DISCONNECT"}, out);
}

void Session::Disconnect(ReasonCode reason, Output* out) {
  if (phase_ == Phase::kConnectAnswer) {
    return Refuse(CloseCause::kServer,
                  {ReasonCode::kServerUnavailable, "the server does not take connections now"},
                  out);
  }
  Fail(CloseCause::kServer, {reason, "the server ended the connection"}, out);
}

void Session::OnStreamClosed(Output* out) {
  End(CloseCause::kStreamClosed, {ReasonCode::kUnspecifiedError, "the stream was closed"}, out);
}

void Session::FailFrame(Verdict verdict, Output* out) {
  if (verdict.reason != ReasonCode::kPacketTooLarge) return FailMalformed(verdict, out);
  FailLimit(counters_.oversized_packets, verdict.reason, verdict.why, out);
}

void Session::FailMalformed(Verdict verdict, Output* out) {
  counters_.malformed_packets.Add();
  Fail(CloseCause::kMalformed, verdict, out);
}

void Session::FailRule(Verdict verdict, Output* out) {
  counters_.protocol_errors.Add();
  Fail(CloseCause::kProtocolError, verdict, out);
}

void Session::FailLimit(Counter& counter, ReasonCode reason, const char* why, Output* out) {
  counter.Add();
  Fail(CloseCause::kLimit, {reason, why}, out);
}

void Session::Fail(CloseCause cause, Verdict verdict, Output* out) {
  if (connected()) SendDisconnect(verdict, out);
  End(cause, verdict, out);
}

// Only MQTT 5 lets a server say goodbye [MQTT-4.13.1-1]; the reason string helps whoever debugs a
// device.
void Session::SendDisconnect(Verdict verdict, Output* out) {
  if (version_ != codec::Version::kV5) return;
  codec::Disconnect disconnect;
  disconnect.reason =
      IsLegal(verdict.reason, codec::PacketType::kDisconnect, codec::Sender::kServer)
          ? verdict.reason
          : ReasonCode::kUnspecifiedError;
  disconnect.properties.reason_string = verdict.why;
  if (EncodeWithin(disconnect, version_, client_max_packet_bytes_, &out->bytes)) return;
  disconnect.properties.reason_string.reset();  // [MQTT-3.14.2-3]
  codec::Encode(disconnect, version_, &out->bytes);
}

void Session::End(CloseCause cause, Verdict verdict, Output* out) {
  if (phase_ == Phase::kClosed) return;
  StopTimers(out);
  const uint32_t expiry = connected() ? session_expiry_seconds_ : 0;
  out->actions.push_back(
      Close{cause, verdict.reason, FateOfWill(cause, verdict.reason), expiry, verdict.why});
  if (connected()) ReturnState();
  phase_ = Phase::kClosed;
}

// Only a client that leaves with 0x00 takes its will along [MQTT-3.14.4-3].
WillFate Session::FateOfWill(CloseCause cause, ReasonCode reason) const {
  if (!connected() || !has_will_) return WillFate::kNone;
  const bool proper =
      cause == CloseCause::kClientDisconnected && reason == ReasonCode::kNormalDisconnection;
  return proper ? WillFate::kCancelled : WillFate::kDue;
}

// From here on the state is the broker's alone. What the owner has said of a QoS 2 message but the
// client could not be told yet is kept, because the owner will not say it again.
void Session::ReturnState() {
  for (; !acks_.empty(); acks_.Pop()) {
    const AckQueue::Entry& ack = acks_.front();
    if (ack.done) state_->AcknowledgeInbound(ack.packet_id, ack.reason);
  }
  in_flight_ = 0;
  state_->outbound.MarkAllUnsent();
  state_->inbound.UncountAll();
  if (!late_acknowledgements_) state_->inbound.ForgetHandedOut();
  state_ = nullptr;
}

}  // namespace sluice::session
