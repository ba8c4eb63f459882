#include "session/outbound_flow.h"

#include <algorithm>

#include "base/probe.h"
#include "base/status.h"

namespace sluice::session {
namespace {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;
using codec::Verdict;
using codec::Version;

// The rule that an acknowledgement of a message in flight breaks; null if it is the one that is
// due.
const char* BrokenRule(PacketType ack, const OutboundMessage& message) {
  switch (ack) {
    case PacketType::kPuback:
      return message.qos == Qos::kAtLeastOnce ? nullptr : "PUBACK for a message of QoS 2";
    case PacketType::kPubrec:
      return message.qos == Qos::kExactlyOnce ? nullptr : "PUBREC for a message of QoS 1";
    default:
      return message.stage == OutboundStage::kReleased ? nullptr : "PUBCOMP without PUBREC";
  }
}

}  // namespace

OutboundFlow::OutboundFlow(const ClientTerms& terms, const Limits& limits, Counters& counters,
                           ControlRate& control_rate)
    : terms_(terms), limits_(limits), counters_(counters), control_rate_(control_rate) {
  SLUICE_CHECK(limits.max_outbound_in_flight > 0 && limits.max_outbound_bytes > 0);
}

void OutboundFlow::Open(MonotonicTime now, OutboundWindow* window, Output* out) {
  window_ = window;
  aliases_.Reset(std::min(terms_.topic_alias_maximum(), limits_.topic_alias_maximum),
                 limits_.max_alias_bytes);
  SendUnsent(now, out);
}

void OutboundFlow::Close() {
  window_->MarkAllUnsent();
  window_ = nullptr;
}

DeliverResult OutboundFlow::Deliver(MonotonicTime now, const codec::Publish& message, Output* out) {
  codec::Publish publish = message;
  publish.dup = false;  // [MQTT-3.3.1-1]
  publish.packet_id = 0;
  publish.properties.topic_alias.reset();
  return publish.qos == Qos::kAtMostOnce ? SendOnce(publish, out) : SendAndKeep(now, &publish, out);
}

DeliverResult OutboundFlow::SendOnce(const codec::Publish& publish, Output* out) {
  if (aliases_.in_use() && SendAliased(publish, out)) return DeliverResult::kSent;
  if (codec::EncodeWithin(publish, terms_.version(), terms_.max_packet_bytes(), &out->bytes)) {
    return DeliverResult::kSent;
  }
  counters_.outbound_too_large.Add();
  return DeliverResult::kTooLarge;  // [MQTT-3.1.2-25]
}

bool OutboundFlow::SendAliased(codec::Publish publish, Output* out) {
  const std::string_view topic = publish.topic;
  const OutboundAliases::Use use = aliases_.Abbreviate(&publish);
  if (use == OutboundAliases::Use::kNone) return false;
  if (!codec::EncodeWithin(publish, terms_.version(), terms_.max_packet_bytes(), &out->bytes)) {
    return false;
  }
  if (use == OutboundAliases::Use::kNew) aliases_.Keep(topic);
  return true;
}

DeliverResult OutboundFlow::SendFrame(ByteSpan frame, Output* out) {
  if (frame.size() <= terms_.max_packet_bytes()) {
    out->bytes.Append(frame);
    return DeliverResult::kSent;
  }
  counters_.outbound_too_large.Add();
  return DeliverResult::kTooLarge;
}

DeliverResult OutboundFlow::SendAndKeep(MonotonicTime now, codec::Publish* publish, Output* out) {
  const size_t most = std::min(limits_.max_outbound_in_flight, terms_.receive_maximum());
  if (!window_->HasRoom(most, limits_.max_outbound_bytes)) {
    counters_.outbound_window_full.Add();
    return DeliverResult::kWindowFull;
  }
  SLUICE_CHECK(window_->FirstUnsent() == nullptr);  // Else the client's window would be full.
  OutboundMessage& kept = window_->Append(publish->qos, now);
  publish->packet_id = kept.packet_id;
  codec::Encode(*publish, Version::kV5, &kept.frame);
  window_->Commit();
  // The kept frame is what an MQTT 5 client without aliases is sent; it need not be encoded twice.
  const bool is_frame = terms_.is_v5() && !aliases_.in_use();
  const DeliverResult result =
      is_frame ? SendFrame(kept.frame.view(), out) : SendOnce(*publish, out);
  if (result == DeliverResult::kSent) {
    window_->MarkFirstUnsentAsSent();
  } else {
    window_->Erase(&kept);
  }
  return result;
}

// What a resumed session had in flight goes out again, in order [MQTT-4.4.0-1] [MQTT-4.6.0-1],
// never more of it than the client takes at a time [MQTT-3.3.4-9].
void OutboundFlow::SendUnsent(MonotonicTime now, Output* out) {
  while (window_->sent() < terms_.receive_maximum()) {
    OutboundMessage* message = window_->FirstUnsent();
    if (message == nullptr) return;
    SLUICE_PROBE("session: a window in flight is resumed");
    if (Resend(now, *message, out)) {
      counters_.redelivered.Add();
      window_->MarkFirstUnsentAsSent();
    } else {
      Finish(message, ReasonCode::kPacketTooLarge, out);
    }
  }
}

bool OutboundFlow::Resend(MonotonicTime now, const OutboundMessage& message, Output* out) {
  if (message.stage == OutboundStage::kReleased) {
    SLUICE_PROBE("session: QoS 2 is released once more on another connection");
    SendPubrel(message.packet_id, ReasonCode::kSuccess, out);
    return true;
  }
  codec::Frame frame;
  codec::Publish publish;
  const codec::FramePeek peek =
      codec::PeekFrame(message.frame.view(), codec::kMaxPacketBytes, &frame);
  SLUICE_CHECK(peek.state == codec::FrameState::kOk);
  SLUICE_CHECK(codec::Decode(frame, Version::kV5, &publish).ok());
  publish.dup = true;                                               // [MQTT-3.3.1-1]
  if (auto& expiry = publish.properties.message_expiry_interval) {  // [MQTT-3.3.2-6]
    const auto waited = std::chrono::duration_cast<std::chrono::seconds>(now - message.accepted_at);
    *expiry -= static_cast<uint32_t>(std::clamp<int64_t>(waited.count(), 0, *expiry));
  }
  return SendOnce(publish, out) == DeliverResult::kSent;
}

Fault OutboundFlow::OnAck(MonotonicTime now, const codec::Ack& ack, Output* out) {
  OutboundMessage* message = window_->Find(ack.packet_id);
  if (message == nullptr) return OnUnknownAck(now, ack, out);
  if (!window_->IsSent(message)) {  // It is answered once it is sent.
    control_rate_.Take(now, 1, out);
    return {};
  }
  if (const char* rule = BrokenRule(ack.type, *message)) {
    return Fault::Rule(Verdict::ProtocolError(rule));
  }
  if (ack.type == PacketType::kPubrec && !codec::IsError(ack.reason)) {
    return OnPubrec(now, message, out);
  }
  Finish(message, ack.type == PacketType::kPubcomp ? ReasonCode::kSuccess : ack.reason, out);
  if (window_->FirstUnsent() != nullptr) SendUnsent(now, out);
  return {};
}

Fault OutboundFlow::OnPubrec(MonotonicTime now, OutboundMessage* message, Output* out) {
  if (message->stage == OutboundStage::kPublished) {
    window_->Release(message);
  } else {
    control_rate_.Take(now, 1, out);
  }
  SendPubrel(message->packet_id, ReasonCode::kSuccess, out);  // [MQTT-4.3.3-4]
  return {};
}

// We may have forgotten what the client still remembers, so this is no error; but it is not free
// either.
Fault OutboundFlow::OnUnknownAck(MonotonicTime now, const codec::Ack& ack, Output* out) {
  control_rate_.Take(now, 1, out);
  if (ack.type == PacketType::kPubrec && !codec::IsError(ack.reason)) {
    SendPubrel(ack.packet_id, ReasonCode::kPacketIdentifierNotFound, out);
  }
  return {};
}

// Makes room for another message.
void OutboundFlow::Finish(OutboundMessage* message, ReasonCode reason, Output* out) {
  out->actions.push_back(DeliveryFinished{message->packet_id, reason});
  window_->Erase(message);
}

void OutboundFlow::SendPubrel(uint16_t packet_id, ReasonCode reason, Output* out) const {
  codec::EncodeAck(PacketType::kPubrel, packet_id, reason, terms_.version(), &out->bytes);
}

void OutboundFlow::CheckInvariants() const {
  if (!is_open()) return;
  SLUICE_CHECK(window_->sent() <= terms_.receive_maximum());
  SLUICE_CHECK(window_->sent() == window_->size() || window_->sent() == terms_.receive_maximum());
  window_->CheckInvariants();
}

}  // namespace sluice::session
