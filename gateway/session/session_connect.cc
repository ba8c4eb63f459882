// How a connection begins: CONNECT, and the owner's answer to it.

#include "base/status.h"
#include "codec/connack.h"
#include "codec/connect.h"
#include "session/session.h"

namespace sluice::session {

using codec::ReasonCode;
using codec::Verdict;

namespace {

// Before its terms are bound.
uint32_t MaxPacketBytesOf(const codec::Connect& connect) {
  return connect.properties.maximum_packet_size.value_or(codec::kMaxPacketBytes);
}

}  // namespace

void Session::Start(Output* out) {
  connect_timer_runs_ = true;
  out->actions.push_back(StartTimer{TimerKind::kConnect, limits_.connect_timeout});
}

void Session::StopConnectTimer(Output* out) {
  if (connect_timer_runs_) out->actions.push_back(StopTimer{TimerKind::kConnect});
  connect_timer_runs_ = false;
}

Fault Session::OnConnect(const codec::Frame& frame, Output* out) {
  if (phase_ != Phase::kConnecting) {
    return Fault::Rule(Verdict::ProtocolError("[MQTT-3.1.0-2] a second CONNECT"));
  }
  const Verdict decoded = pending_.KeepConnect(frame);
  const codec::Connect& connect = pending_.connect();
  terms_.SetVersion(connect.version);
  if (decoded.reason == ReasonCode::kUnsupportedProtocolVersion) {  // [MQTT-3.1.2-2]
    Refuse(CloseCause::kRefused, decoded, out);
    return {};
  }
  // Whom it came from cannot be told, so it gets no answer [MQTT-3.1.4-1].
  if (!decoded.ok()) return Fault::Malformed(decoded);
  if (const Verdict verdict = codec::Validate(connect); !verdict.ok()) {
    return OnUnsoundConnect(verdict, out);
  }
  if (const Verdict verdict = terms_.Check(connect); !verdict.ok()) {
    Refuse(CloseCause::kRefused, verdict, out);
    return {};
  }
  terms_.Bind(connect);
  StopConnectTimer(out);
  out->actions.push_back(ConnectRequested{&connect});
  return {};
}

// A CONNECT that can be read is answered, if it is of a version that has the words for it.
Fault Session::OnUnsoundConnect(Verdict verdict, Output* out) {
  if (!terms_.is_v5() && verdict.reason != ReasonCode::kClientIdentifierNotValid) {
    return Fault::Rule(verdict);
  }
  Refuse(CloseCause::kProtocolError, verdict, out);  // [MQTT-3.1.3-8]
  return {};
}

void Session::AcceptConnect(MonotonicTime now, const ConnectAnswer& answer, SessionState* state,
                            Output* out) {
  if (!pending_.connect_due()) return;
  SLUICE_CHECK(answer.session_present ? !terms_.clean_start() : state->empty());  // [MQTT-3.2.2-2]
  codec::Connack connack;
  terms_.FillConnack(answer, &connack);
  if (!codec::EncodeWithin(connack, version(), terms_.max_packet_bytes(), &out->bytes)) {
    return End(CloseCause::kLimit, {ReasonCode::kPacketTooLarge, "CONNACK is too large for it"},
               out);
  }
  pending_.FinishConnect();
  phase_ = Phase::kOpen;
  inbound_.Open(&state->inbound, answer.late_acknowledgements);
  keep_alive_.Start(terms_.keep_alive_seconds(), out);
  outbound_.Open(now, &state->outbound, out);
}

void Session::RefuseConnect(ReasonCode reason, Output* out) {
  if (!pending_.connect_due()) return;
  Refuse(CloseCause::kRefused, {reason, "the server refused the connection"}, out, Tell::kCode);
}

// A refused client has no session, so the session present flag is 0 [MQTT-3.2.2-6] and its will is
// void.
void Session::Refuse(CloseCause cause, Verdict verdict, Output* out, Tell tell) {
  codec::Connack connack;
  connack.reason =
      codec::IsLegal(verdict.reason, codec::PacketType::kConnack, codec::Sender::kServer)
          ? verdict.reason
          : ReasonCode::kUnspecifiedError;
  // Helps whoever debugs a device; CONNACK may have it whatever Request Problem Information says.
  // What the properties of an unknown version would be nobody knows.
  const bool is_known = verdict.reason != ReasonCode::kUnsupportedProtocolVersion;
  if (terms_.is_v5() && is_known && tell == Tell::kWhy) {
    connack.properties.reason_string = verdict.why;
  }
  const uint32_t most = MaxPacketBytesOf(pending_.connect());
  if (!codec::EncodeWithin(connack, version(), most, &out->bytes)) {
    connack.properties.reason_string.reset();  // [MQTT-3.2.2-19]
    codec::Encode(connack, version(), &out->bytes);
  }
  End(cause, verdict, out);
}

}  // namespace sluice::session
