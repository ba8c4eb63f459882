// How a connection ends: by a fault, in silence, or because the owner says so.

#include "codec/disconnect.h"
#include "session/session.h"

namespace sluice::session {

using codec::ReasonCode;
using codec::Verdict;

void Session::Disconnect(ReasonCode reason, Output* out) {
  if (pending_.connect_due()) {
    return Refuse(CloseCause::kServer,
                  {ReasonCode::kServerUnavailable, "the server does not take connections now"},
                  out);
  }
  Fail(Fault::Of(CloseCause::kServer, {reason, "the server ended the connection"}), out);
}

void Session::OnStreamClosed(Output* out) {
  End(CloseCause::kStreamClosed, {ReasonCode::kUnspecifiedError, "the stream was closed"}, out);
}

void Session::OnTimer(TimerKind kind, MonotonicTime now, Output* out) {
  if (kind == TimerKind::kConnect) return OnConnectTimer(out);
  if (kind == TimerKind::kRest) return control_rate_.OnTimer();
  if (!keep_alive_.OnTimer(now, CanReceive(), out)) return;
  counters_.keep_alive_timeouts.Add();
  Fail(Fault::Of(CloseCause::kTimeout, {ReasonCode::kKeepAliveTimeout, "[MQTT-3.1.2-22] silence"}),
       out);
}

void Session::OnConnectTimer(Output* out) {
  if (!connect_timer_runs_) return;  // It fired while it was being stopped.
  connect_timer_runs_ = false;
  counters_.connect_timeouts.Add();
  End(CloseCause::kTimeout, {ReasonCode::kUnspecifiedError, "no CONNECT in time"}, out);
}

void Session::Fail(const Fault& fault, Output* out) {
  const Verdict verdict{fault.reason, fault.why};
  if (connected()) SendDisconnect(verdict, out);
  End(fault.cause, verdict, out);
}

// Only MQTT 5 lets a server say goodbye [MQTT-4.13.1-1]; the reason string helps whoever debugs a
// device.
void Session::SendDisconnect(Verdict verdict, Output* out) const {
  if (!terms_.is_v5()) return;
  codec::Disconnect disconnect;
  disconnect.reason =
      IsLegal(verdict.reason, codec::PacketType::kDisconnect, codec::Sender::kServer)
          ? verdict.reason
          : ReasonCode::kUnspecifiedError;
  disconnect.properties.reason_string = verdict.why;
  if (EncodeWithin(disconnect, version(), terms_.max_packet_bytes(), &out->bytes)) return;
  disconnect.properties.reason_string.reset();  // [MQTT-3.14.2-3]
  codec::Encode(disconnect, version(), &out->bytes);
}

void Session::End(CloseCause cause, Verdict verdict, Output* out) {
  if (closed()) return;
  Count(cause);
  StopConnectTimer(out);
  keep_alive_.Stop(out);
  control_rate_.Stop(out);
  const uint32_t expiry = connected() ? terms_.session_expiry_seconds() : 0;
  out->actions.push_back(
      Close{cause, verdict.reason, FateOfWill(cause, verdict.reason), expiry, verdict.why});
  if (connected()) {  // From here on the state is the owner's alone.
    inbound_.Close();
    outbound_.Close();
  }
  pending_.Clear();
  phase_ = Phase::kClosed;
}

// Limits and timeouts have counters of their own.
void Session::Count(CloseCause cause) {
  if (cause == CloseCause::kMalformed) counters_.malformed_packets.Add();
  if (cause == CloseCause::kProtocolError) counters_.protocol_errors.Add();
}

// Only a client that leaves with 0x00 takes its will along [MQTT-3.14.4-3].
WillFate Session::FateOfWill(CloseCause cause, ReasonCode reason) const {
  if (!connected() || !terms_.has_will()) return WillFate::kNone;
  const bool proper =
      cause == CloseCause::kClientDisconnected && reason == ReasonCode::kNormalDisconnection;
  return proper ? WillFate::kCancelled : WillFate::kDue;
}

}  // namespace sluice::session
