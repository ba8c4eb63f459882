#include "codec/ack.h"
#include "session/session.h"

namespace sluice::session {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;

void Session::Acknowledge(uint16_t packet_id, ReasonCode reason, Output* out) {
  if (!connected()) return;
  AckQueue::Entry* entry = acks_.Find(packet_id);
  // Of an earlier connection, and the client has not repeated it on this one yet.
  if (entry == nullptr) return state_->AcknowledgeInbound(packet_id, reason);
  if (entry->done) return;
  entry->done = true;
  entry->reason = reason;
  if (codec::IsError(reason) && version_ == codec::Version::kV311) {
    // 3.1.1 knows only "yes" [MQTT-3.3.5-2]; the connection ends before anybody believes it.
    return End(CloseCause::kServer, {reason, "a message of a 3.1.1 client was refused"}, out);
  }
  SendAcks(out);
}

// PUBACK and PUBREC leave in the order of arrival [MQTT-4.6.0-2] [MQTT-4.6.0-3].
void Session::SendAcks(Output* out) {
  while (const AckQueue::Entry* entry = acks_.Done()) {
    if (entry->qos == Qos::kAtLeastOnce) {
      codec::EncodeAck(PacketType::kPuback, entry->packet_id, entry->reason, version_, &out->bytes);
      --in_flight_;
    } else {
      SendPubrec(*entry, out);
    }
    acks_.Pop();
  }
}

// A refusal ends the exchange: the identifier is free again [MQTT-4.3.3-9].
void Session::SendPubrec(const AckQueue::Entry& ack, Output* out) {
  codec::EncodeAck(PacketType::kPubrec, ack.packet_id, ack.reason, version_, &out->bytes);
  InboundIds::Entry* entry = state_->inbound.Find(ack.packet_id);
  if (entry == nullptr) return;  // PUBREL overtook this answer to a repetition.
  entry->stage = InboundIds::Stage::kReceived;
  if (codec::IsError(ack.reason)) ForgetInbound(entry);
}

void Session::ForgetInbound(InboundIds::Entry* entry) {
  if (entry->counted) --in_flight_;
  state_->inbound.Erase(entry);
}

}  // namespace sluice::session
