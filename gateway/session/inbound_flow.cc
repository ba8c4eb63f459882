#include "session/inbound_flow.h"

#include <algorithm>

#include "base/probe.h"
#include "base/status.h"
#include "codec/payload_format.h"
#include "codec/utf8.h"

namespace sluice::session {
namespace {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;
using codec::Verdict;

Fault IdInUse() {
  return Fault::Rule(Verdict::ProtocolError("[MQTT-2.2.1-3] the packet identifier is in use"));
}

}  // namespace

InboundFlow::InboundFlow(const ClientTerms& terms, const Limits& limits,
                         const Capabilities& capabilities, Counters& counters,
                         ControlRate& control_rate)
    : terms_(terms),
      limits_(limits),
      capabilities_(capabilities),
      counters_(counters),
      control_rate_(control_rate),
      aliases_(limits.topic_alias_maximum) {
  SLUICE_CHECK(limits.receive_maximum > 0);
}

void InboundFlow::Open(InboundIds* ids, bool late_acknowledgements) {
  ids_ = ids;
  late_acknowledgements_ = late_acknowledgements;
  if (!late_acknowledgements_) ids_->ForgetHandedOut();
}

void InboundFlow::Close() {
  for (; !acks_.empty(); acks_.Pop()) {
    const AckQueue::Entry& ack = acks_.front();
    if (ack.done) ids_->Acknowledge(ack.packet_id, ack.reason);
  }
  in_flight_ = 0;
  ids_->UncountAll();
  if (!late_acknowledgements_) ids_->ForgetHandedOut();
  ids_ = nullptr;
}

Fault InboundFlow::OnPublish(codec::Publish* publish, Output* out) {
  if (const Fault fault = Check(*publish)) return fault;
  if (const Verdict verdict = CheckTopic(publish->topic); !verdict.ok()) {
    return Refuse(*publish, verdict, out);
  }
  if (const Verdict verdict = ResolveAlias(publish); !verdict.ok()) return Fault::Rule(verdict);
  if (aliases_.bytes() > limits_.max_alias_bytes) {
    return Fault::Limit(counters_.alias_bytes_exceeded, ReasonCode::kQuotaExceeded,
                        "the topics behind all aliases are too long together");
  }
  if (capabilities_.check_payload_format &&
      !codec::FormatFits(publish->properties, publish->payload)) {
    counters_.payload_formats_refused.Add();
    return Refuse(*publish,
                  {ReasonCode::kPayloadFormatInvalid, "the payload is not the UTF-8 that it says"},
                  out);
  }
  bool is_new = true;
  if (const Fault fault = Enter(*publish, &is_new, out)) return fault;
  if (is_new) out->actions.push_back(PublishReceived{publish});
  return {};
}

Fault InboundFlow::Enter(const codec::Publish& publish, bool* is_new, Output* out) {
  switch (publish.qos) {
    case Qos::kAtMostOnce:
      return {};
    case Qos::kAtLeastOnce:
      return EnterQos1(publish, is_new);
    case Qos::kExactlyOnce:
      return EnterQos2(publish, is_new, out);
  }
  return {};
}

// QoS 0 has no answer, and that of 3.1.1 is always yes [MQTT-3.3.5-2], so there the connection
// ends. It does as well where the topic was to have an alias, which is used without it from then
// on.
Fault InboundFlow::Refuse(const codec::Publish& publish, Verdict verdict, Output* out) {
  const bool has_answer = publish.qos != Qos::kAtMostOnce;
  if (publish.properties.topic_alias.has_value() || (has_answer && !terms_.is_v5())) {
    return Fault::Of(CloseCause::kLimit, verdict);
  }
  bool is_new = true;
  if (const Fault fault = Enter(publish, &is_new, out)) return fault;
  if (has_answer && is_new) return Acknowledge(publish.packet_id, verdict.reason, out);
  return {};
}

Fault InboundFlow::Check(const codec::Publish& publish) const {
  if (static_cast<uint8_t>(publish.qos) > capabilities_.maximum_qos) {
    return Fault::Rule({ReasonCode::kQosNotSupported, "[MQTT-3.2.2-11] above Maximum QoS"});
  }
  if (publish.retain && !capabilities_.retain) {
    return Fault::Rule(
        {ReasonCode::kRetainNotSupported, "[MQTT-3.2.2-14] retained messages are not supported"});
  }
  return {};
}

Verdict InboundFlow::CheckTopic(std::string_view topic) const {
  if (!TopicFits(topic, limits_)) {
    counters_.topics_refused.Add();
    return {ReasonCode::kTopicNameInvalid, "the topic is too long or too deep"};
  }
  if (!limits_.control_characters && codec::HasControl(topic)) {
    counters_.control_characters.Add();
    return {ReasonCode::kTopicNameInvalid, "a control character in the topic"};
  }
  return {};
}

// Takes the alias out, which means nothing to anybody else [MQTT-3.3.2-7]. The length of the name
// was checked, so that aliases are bounded in bytes too.
Verdict InboundFlow::ResolveAlias(codec::Publish* publish) {
  if (!publish->properties.topic_alias.has_value()) return {};
  const uint16_t alias = *publish->properties.topic_alias;
  publish->properties.topic_alias.reset();
  if (!aliases_.IsLegal(alias)) {
    return {ReasonCode::kTopicAliasInvalid, "[MQTT-3.3.2-9] above Topic Alias Maximum"};
  }
  if (!publish->topic.empty()) {
    aliases_.Set(alias, publish->topic);
    return {};
  }
  publish->topic = aliases_.Get(alias);
  if (!publish->topic.empty()) return {};
  return Verdict::ProtocolError("an alias that was never set");  // Section 3.3.2.3.4.
}

Fault InboundFlow::EnterQos1(const codec::Publish& publish, bool* is_new) {
  if (ids_->Find(publish.packet_id) != nullptr) return IdInUse();
  if (const AckQueue::Entry* entry = acks_.Find(publish.packet_id)) {
    // A repetition of what still waits is answered once, with the rest.
    if (!publish.dup || entry->qos != Qos::kAtLeastOnce) return IdInUse();
    counters_.duplicates_suppressed.Add();
    *is_new = false;
    return {};
  }
  if (const Fault fault = TakeReceiveQuota()) return fault;
  QueueAck(publish);
  return {};
}

// Method B of section 4.3.3 with the message handed out first: the identifier is kept until PUBREL,
// and a PUBLISH that repeats it is only acknowledged [MQTT-4.3.3-10].
Fault InboundFlow::EnterQos2(const codec::Publish& publish, bool* is_new, Output* out) {
  InboundIds::Entry* known = ids_->Find(publish.packet_id);
  *is_new = known == nullptr;
  if (known != nullptr) return OnPublishRepeated(publish, known, out);
  if (acks_.Find(publish.packet_id) != nullptr) return IdInUse();
  if (ids_->size() >= limits_.max_qos2_ids) {
    return Fault::Limit(counters_.qos2_ids_exceeded, ReasonCode::kReceiveMaximumExceeded,
                        "too many QoS 2 messages without PUBREL");
  }
  if (const Fault fault = TakeReceiveQuota()) return fault;
  ids_->Insert(publish.packet_id);
  QueueAck(publish);
  return {};
}

Fault InboundFlow::OnPublishRepeated(const codec::Publish& publish, InboundIds::Entry* known,
                                     Output* out) {
  counters_.duplicates_suppressed.Add();
  if (known->stage == InboundIds::Stage::kHandedOut) {
    SLUICE_PROBE("session: QoS 2 is repeated before it is acknowledged");
  }
  if (!known->counted) {
    if (const Fault fault = TakeReceiveQuota()) return fault;
    known->counted = true;
  }
  if (acks_.Find(publish.packet_id) != nullptr) return {};  // PUBREC is on its way already
  AckQueue::Entry& entry = QueueAck(publish);
  entry.done = known->stage == InboundIds::Stage::kReceived;
  SendAcks(out);
  return {};
}

// Counts a message against our Receive Maximum, of which 3.1.1 clients know nothing.
Fault InboundFlow::TakeReceiveQuota() {
  if (terms_.is_v5() && in_flight_ >= limits_.receive_maximum) {
    return Fault::Limit(counters_.receive_maximum_exceeded, ReasonCode::kReceiveMaximumExceeded,
                        "[MQTT-3.3.4-7] more messages than Receive Maximum");
  }
  ++in_flight_;
  return {};
}

AckQueue::Entry& InboundFlow::QueueAck(const codec::Publish& publish) {
  AckQueue::Entry& entry = acks_.Push(publish.packet_id, publish.qos);
  if (blocked()) counters_.input_blocked.Add();
  return entry;
}

Fault InboundFlow::Acknowledge(uint16_t packet_id, ReasonCode reason, Output* out) {
  AckQueue::Entry* entry = acks_.Find(packet_id);
  if (entry == nullptr) {
    // Of an earlier connection, and the client has not repeated it on this one yet.
    ids_->Acknowledge(packet_id, reason);
    return {};
  }
  if (entry->done) return {};
  entry->done = true;
  entry->reason = reason;
  if (codec::IsError(reason) && !terms_.is_v5()) {
    // 3.1.1 knows only "yes" [MQTT-3.3.5-2]; the connection ends before anybody believes it.
    return {"a message of a 3.1.1 client was refused", reason, CloseCause::kServer};
  }
  SendAcks(out);
  return {};
}

// PUBACK and PUBREC leave in the order of arrival [MQTT-4.6.0-2] [MQTT-4.6.0-3].
void InboundFlow::SendAcks(Output* out) {
  while (const AckQueue::Entry* entry = acks_.Done()) {
    if (entry->qos == Qos::kAtLeastOnce) {
      codec::EncodeAck(PacketType::kPuback, entry->packet_id, entry->reason, terms_.version(),
                       &out->bytes);
      --in_flight_;
    } else {
      SendPubrec(*entry, out);
    }
    acks_.Pop();
  }
}

// A refusal ends the exchange: the identifier is free again [MQTT-4.3.3-9].
void InboundFlow::SendPubrec(const AckQueue::Entry& ack, Output* out) {
  codec::EncodeAck(PacketType::kPubrec, ack.packet_id, ack.reason, terms_.version(), &out->bytes);
  InboundIds::Entry* entry = ids_->Find(ack.packet_id);
  if (entry == nullptr) return;  // PUBREL overtook this answer to a repetition.
  entry->stage = InboundIds::Stage::kReceived;
  if (codec::IsError(ack.reason)) Forget(entry);
}

Fault InboundFlow::OnPubrel(MonotonicTime now, const codec::Ack& pubrel, Output* out) {
  InboundIds::Entry* entry = ids_->Find(pubrel.packet_id);
  ReasonCode reason = ReasonCode::kSuccess;
  if (entry == nullptr) {
    control_rate_.Take(now, 1, out);
    reason = ReasonCode::kPacketIdentifierNotFound;
  } else if (entry->stage == InboundIds::Stage::kHandedOut) {
    return Fault::Rule(Verdict::ProtocolError("PUBREL before PUBREC"));
  } else {
    Forget(entry);
  }
  codec::EncodeAck(PacketType::kPubcomp, pubrel.packet_id, reason, terms_.version(),
                   &out->bytes);  // [MQTT-4.3.3-11]
  return {};
}

void InboundFlow::Forget(InboundIds::Entry* entry) {
  if (entry->counted) --in_flight_;
  ids_->Erase(entry);
}

void InboundFlow::CheckInvariants() const {
  if (!is_open()) {
    SLUICE_CHECK(acks_.empty() && in_flight_ == 0);
    return;
  }
  SLUICE_CHECK(acks_.Done() == nullptr);
  SLUICE_CHECK(acks_.size() <= size_t{limits_.receive_maximum} + limits_.max_qos2_ids);
  SLUICE_CHECK(ids_->size() <= limits_.max_qos2_ids);
  SLUICE_CHECK(in_flight_ == acks_.CountOf(Qos::kAtLeastOnce) + ids_->counted());
  SLUICE_CHECK(!terms_.is_v5() || in_flight_ <= limits_.receive_maximum);
  ids_->CheckInvariants();
}

}  // namespace sluice::session
