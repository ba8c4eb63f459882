#include "codec/ack.h"
#include "session/session.h"

namespace sluice::session {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;
using codec::Verdict;

void Session::OnAck(const codec::Frame& frame, Output* out) {
  codec::Ack ack;
  if (!Read(frame, &ack, out)) return;
  if (frame.type == PacketType::kPubrel) return OnPubrel(ack, out);
  OutboundMessage* message = state_->outbound.Find(ack.packet_id);
  if (message == nullptr) return OnUnknownAck(ack, out);
  if (!state_->outbound.IsSent(message)) {  // It will be sent, and answered then.
    TakeControlToken(out);
    return;
  }
  switch (frame.type) {
    case PacketType::kPuback:
      return OnPuback(ack, message, out);
    case PacketType::kPubrec:
      return OnPubrec(ack, message, out);
    default:
      return OnPubcomp(message, out);
  }
}

void Session::OnPuback(const codec::Ack& ack, OutboundMessage* message, Output* out) {
  if (message->qos != Qos::kAtLeastOnce) {
    return FailRule(Verdict::ProtocolError("PUBACK for a message of QoS 2"), out);
  }
  FinishDelivery(message, ack.reason, out);
}

void Session::OnPubrec(const codec::Ack& ack, OutboundMessage* message, Output* out) {
  if (message->qos != Qos::kExactlyOnce) {
    return FailRule(Verdict::ProtocolError("PUBREC for a message of QoS 1"), out);
  }
  if (codec::IsError(ack.reason)) return FinishDelivery(message, ack.reason, out);
  if (message->stage == OutboundStage::kPublished) {
    state_->outbound.Release(message);
  } else if (!TakeControlToken(out)) {
    return;
  }
  codec::EncodeAck(PacketType::kPubrel, ack.packet_id, ReasonCode::kSuccess, version_,
                   &out->bytes);  // [MQTT-4.3.3-4]
}

void Session::OnPubcomp(OutboundMessage* message, Output* out) {
  if (message->stage != OutboundStage::kReleased) {
    return FailRule(Verdict::ProtocolError("PUBCOMP without PUBREC"), out);
  }
  FinishDelivery(message, ReasonCode::kSuccess, out);
}

void Session::FinishDelivery(OutboundMessage* message, ReasonCode reason, Output* out) {
  out->actions.push_back(DeliveryFinished{message->packet_id, reason});
  state_->outbound.Erase(message);
  SendUnsent(last_packet_at_, out);
}

// We may have forgotten what the client still remembers, so this is no error; but it is not free
// either.
void Session::OnUnknownAck(const codec::Ack& ack, Output* out) {
  if (!TakeControlToken(out) || ack.type != PacketType::kPubrec || codec::IsError(ack.reason)) {
    return;
  }
  codec::EncodeAck(PacketType::kPubrel, ack.packet_id, ReasonCode::kPacketIdentifierNotFound,
                   version_, &out->bytes);
}

void Session::OnPubrel(const codec::Ack& ack, Output* out) {
  InboundIds::Entry* entry = state_->inbound.Find(ack.packet_id);
  ReasonCode reason = ReasonCode::kSuccess;
  if (entry == nullptr) {
    if (!TakeControlToken(out)) return;
    reason = ReasonCode::kPacketIdentifierNotFound;
  } else if (entry->stage == InboundIds::Stage::kHandedOut) {
    return FailRule(Verdict::ProtocolError("PUBREL before PUBREC"), out);
  } else {
    ForgetInbound(entry);
  }
  codec::EncodeAck(PacketType::kPubcomp, ack.packet_id, reason, version_,
                   &out->bytes);  // [MQTT-4.3.3-11]
}

}  // namespace sluice::session
