// How a connection ends: by a fault, in silence, by the server's word, or because the owner says
// so.

#include <algorithm>
#include <utility>

#include "base/probe.h"
#include "client/client.h"
#include "client/read_packet.h"
#include "codec/disconnect.h"
#include "codec/ping.h"

namespace sluice::client {

using codec::ReasonCode;

Fault Client::OnDisconnect(const codec::Frame& frame, Output* out) {
  codec::Disconnect disconnect;
  if (const Fault fault = ReadPacket(frame, options_.version, &disconnect)) return fault;
  SLUICE_PROBE("mqtt client: the server says why it ends the connection");
  Finish({.cause = EndCause::kDisconnected,
          .reason = disconnect.reason,
          .reason_string = std::string(disconnect.properties.reason_string.value_or("")),
          .server_reference = std::string(disconnect.properties.server_reference.value_or(""))},
         out);
  return {};
}

void Client::Disconnect(ReasonCode reason, Output* out) {
  if (connected()) SendDisconnect(reason, nullptr, out);
  Finish({.cause = EndCause::kLocal, .reason = reason}, out);
}

void Client::OnStreamClosed(Output* out) {
  Finish({.cause = EndCause::kStreamClosed, .reason = ReasonCode::kUnspecifiedError}, out);
}

std::optional<MonotonicTime> Client::NextDeadline() const {
  if (phase_ == Phase::kConnecting) return connack_due_;
  if (!connected()) return std::nullopt;
  const auto ping = keep_alive_.deadline();
  const auto ack = outbound_.deadline();
  if (!ping || !ack) return ping ? ping : ack;
  return std::min(*ping, *ack);
}

void Client::Tick(MonotonicTime now, Output* out) {
  if (phase_ == Phase::kConnecting && now >= connack_due_) {
    SLUICE_PROBE("mqtt client: CONNACK does not come");
    return Finish({.cause = EndCause::kConnectTimeout, .reason = ReasonCode::kUnspecifiedError},
                  out);
  }
  if (!connected()) return;
  if (const auto deadline = outbound_.deadline(); deadline && now >= *deadline) {
    return Fail({"", ReasonCode::kUnspecifiedError, EndCause::kAckTimeout}, out);
  }
  switch (keep_alive_.Tick(now)) {
    case KeepAlive::Due::kNothing:
      return;
    case KeepAlive::Due::kPing:
      return codec::Encode(codec::Ping{codec::PacketType::kPingreq}, options_.version, &out->bytes);
    case KeepAlive::Due::kTimeout:
      SLUICE_PROBE("mqtt client: PINGRESP does not come");
      return Fail({"", ReasonCode::kUnspecifiedError, EndCause::kPingTimeout}, out);
  }
}

// The server is told; in 3.1.1 DISCONNECT would say that all is well and call off the will, so
// there the connection just ends.
void Client::Fail(const Fault& fault, Output* out) {
  if (connected() && terms_.is_v5()) SendDisconnect(fault.reason, fault.why, out);
  Finish({.cause = fault.cause, .reason = fault.reason, .detail = fault.why}, out);
}

void Client::SendDisconnect(ReasonCode reason, const char* why, Output* out) const {
  codec::Disconnect disconnect;
  disconnect.reason = IsLegal(reason, codec::PacketType::kDisconnect, codec::Sender::kClient)
                          ? reason
                          : ReasonCode::kUnspecifiedError;
  if (why != nullptr && *why != '\0') disconnect.properties.reason_string = why;
  if (EncodeWithin(disconnect, options_.version, terms_.max_packet_bytes(), &out->bytes)) return;
  disconnect.properties.reason_string.reset();  // [MQTT-3.14.2-3]
  (void)EncodeWithin(disconnect, options_.version, terms_.max_packet_bytes(), &out->bytes);
}

void Client::Finish(End end, Output* out) {
  if (ended()) return;
  phase_ = Phase::kEnded;
  end_ = std::move(end);
  out->actions.push_back(Ended{&end_});
}

}  // namespace sluice::client
