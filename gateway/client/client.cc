#include "client/client.h"

#include <algorithm>

#include "base/probe.h"
#include "base/status.h"
#include "client/read_packet.h"
#include "codec/ping.h"

namespace sluice::client {

using codec::PacketType;
using codec::ReasonCode;

Client::Client(const Options& options, SessionState& state)
    : options_(options),
      terms_(options),
      outbound_(options, terms_),
      inbound_(options, terms_, state) {
  SLUICE_CHECK(options.receive_maximum > 0 && options.max_in_flight > 0);
}

size_t Client::Receive(MonotonicTime now, ByteSpan in, Output* out) {
  if (in.empty() || phase_ == Phase::kNew || ended()) return 0;
  codec::Frame frame;
  const codec::FramePeek peek = codec::PeekFrame(in, options_.max_packet_bytes, &frame);
  if (peek.state == codec::FrameState::kError) {
    SLUICE_PROBE("mqtt client: what comes is no packet");
    Fault fault = Fault::Malformed(peek.verdict);
    if (fault.reason == ReasonCode::kPacketTooLarge) fault.cause = EndCause::kTooLarge;
    Fail(fault, out);
    return 0;
  }
  if (peek.state == codec::FrameState::kNeedMore) return 0;
  const size_t before = out->bytes.size();
  keep_alive_.OnReceived(now);
  if (const Fault fault = OnFrame(now, frame, out)) {
    SLUICE_PROBE("mqtt client: the server breaks a rule");
    Fail(fault, out);
  }
  NoteSent(now, before, *out);
  return frame.size;
}

void Client::NoteSent(MonotonicTime now, size_t before, const Output& out) {
  if (out.bytes.size() != before) keep_alive_.OnSent(now);
}

Fault Client::OnFrame(MonotonicTime now, const codec::Frame& frame, Output* out) {
  if (!MaySend(codec::Sender::kServer, frame.type, options_.version)) {
    return Fault::Rule("a packet that only clients send, or none of this version");
  }
  const bool is_connack = frame.type == PacketType::kConnack;
  if (phase_ == Phase::kConnecting) {
    if (is_connack) return OnConnack(now, frame, out);
    return Fault::Rule("[MQTT-3.2.0-1] the first packet is not CONNACK");
  }
  if (is_connack) return Fault::Rule("[MQTT-3.2.0-2] a second CONNACK");
  return Dispatch(now, frame, out);
}

Fault Client::Dispatch(MonotonicTime now, const codec::Frame& frame, Output* out) {
  switch (frame.type) {
    case PacketType::kPublish:
      return OnPublish(frame, out);
    case PacketType::kPuback:
    case PacketType::kPubrec:
    case PacketType::kPubrel:
    case PacketType::kPubcomp:
      return OnAck(now, frame, out);
    case PacketType::kSuback:
      return OnSuback(now, frame, out);
    case PacketType::kUnsuback:
      return OnUnsuback(now, frame, out);
    case PacketType::kPingresp:
      return OnPing(now, frame);
    case PacketType::kDisconnect:
      return OnDisconnect(frame, out);
    default:
      return Fault::Rule("[MQTT-4.12.0-6] AUTH without an authentication method");
  }
}

Fault Client::OnPublish(const codec::Frame& frame, Output* out) {
  if (const Fault fault = ReadPacket(frame, options_.version, &publish_)) return fault;
  if (!outbound_.has_subscribed() && !terms_.session_present()) {
    return Fault::Rule("a message, and nothing is subscribed");
  }
  return inbound_.OnPublish(&publish_, out);
}

Fault Client::OnAck(MonotonicTime now, const codec::Frame& frame, Output* out) {
  codec::Ack ack;
  if (const Fault fault = ReadPacket(frame, options_.version, &ack)) return fault;
  return ack.type == PacketType::kPubrel ? inbound_.OnPubrel(ack, out)
                                         : outbound_.OnAck(now, ack, out);
}

Fault Client::OnSuback(MonotonicTime now, const codec::Frame& frame, Output* out) {
  codec::Suback suback;
  if (const Fault fault = ReadPacket(frame, options_.version, &suback)) return fault;
  return outbound_.OnSuback(now, suback, out);
}

Fault Client::OnUnsuback(MonotonicTime now, const codec::Frame& frame, Output* out) {
  codec::Unsuback unsuback;
  if (const Fault fault = ReadPacket(frame, options_.version, &unsuback)) return fault;
  return outbound_.OnUnsuback(now, unsuback, out);
}

Fault Client::OnPing(MonotonicTime now, const codec::Frame& frame) {
  codec::Ping ping;
  if (const Fault fault = ReadPacket(frame, options_.version, &ping)) return fault;
  return keep_alive_.OnPingresp(now) ? Fault{} : Fault::Rule("a PINGRESP that nobody asked for");
}

PublishResult Client::Publish(MonotonicTime now, uint32_t token,
                              const codec::OutgoingPublish& message, Output* out) {
  if (!connected()) return PublishResult::kNotConnected;
  const PublishResult result = outbound_.Publish(now, token, message, &out->bytes);
  if (result == PublishResult::kSent) keep_alive_.OnSent(now);
  return result;
}

RequestResult Client::Subscribe(MonotonicTime now, uint32_t token,
                                const codec::SubscriptionList& subscriptions,
                                uint32_t subscription_id, Output* out) {
  if (!connected()) return RequestResult::kNotConnected;
  const RequestResult result =
      outbound_.Subscribe(now, token, subscriptions, subscription_id, &out->bytes);
  if (result == RequestResult::kSent) keep_alive_.OnSent(now);
  return result;
}

RequestResult Client::Unsubscribe(MonotonicTime now, uint32_t token,
                                  const codec::UnsubscriptionList& filters, Output* out) {
  if (!connected()) return RequestResult::kNotConnected;
  const RequestResult result = outbound_.Unsubscribe(now, token, filters, &out->bytes);
  if (result == RequestResult::kSent) keep_alive_.OnSent(now);
  return result;
}

void Client::Acknowledge(MonotonicTime now, uint16_t packet_id, ReasonCode reason, Output* out) {
  if (!connected()) return;
  const size_t before = out->bytes.size();
  inbound_.Acknowledge(packet_id, reason, out);
  NoteSent(now, before, *out);
}

void Client::CheckInvariants() const {
  SLUICE_CHECK(!NextDeadline() || phase_ == Phase::kConnecting || connected());
  keep_alive_.CheckInvariants();
  outbound_.CheckInvariants();
  inbound_.CheckInvariants();
}

}  // namespace sluice::client
