#include <algorithm>

#include "codec/publish.h"
#include "session/session.h"

namespace sluice::session {

using codec::Qos;
using codec::ReasonCode;
using codec::Verdict;

void Session::OnPublish(const codec::Frame& frame, Output* out) {
  codec::Publish& publish = packet_.emplace<codec::Publish>();
  if (!Read(frame, &publish, out)) return;
  if (const Verdict verdict = CheckPublish(publish); !verdict.ok()) return FailRule(verdict, out);
  if (!TopicFits(publish.topic)) {
    return Fail(CloseCause::kLimit,
                {ReasonCode::kTopicNameInvalid, "the topic is too long or too deep"}, out);
  }
  if (const Verdict verdict = ResolveAlias(&publish); !verdict.ok()) return FailRule(verdict, out);
  switch (publish.qos) {
    case Qos::kAtMostOnce:
      out->actions.push_back(PublishReceived{&publish});
      return;
    case Qos::kAtLeastOnce:
      return OnPublishQos1(publish, out);
    case Qos::kExactlyOnce:
      return OnPublishQos2(publish, out);
  }
}

Verdict Session::CheckPublish(const codec::Publish& publish) const {
  if (static_cast<uint8_t>(publish.qos) > capabilities_.maximum_qos) {
    return {ReasonCode::kQosNotSupported, "[MQTT-3.2.2-11] above Maximum QoS"};
  }
  if (publish.retain && !capabilities_.retain) {
    return {ReasonCode::kRetainNotSupported, "[MQTT-3.2.2-14] retained messages are not supported"};
  }
  return {};
}

bool Session::TopicFits(std::string_view topic) {
  const auto slashes = std::count(topic.begin(), topic.end(), '/');
  if (topic.size() <= limits_.max_topic_bytes && slashes < limits_.max_topic_levels) return true;
  counters_.topics_refused.Add();
  return false;
}

// Puts the whole topic into the packet and takes the alias out, which means nothing to anybody else
// [MQTT-3.3.2-7]. The length of the name was checked, so that aliases are bounded in bytes too.
Verdict Session::ResolveAlias(codec::Publish* publish) {
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

void Session::OnPublishQos1(const codec::Publish& publish, Output* out) {
  if (state_->inbound.Find(publish.packet_id) != nullptr) return FailIdInUse(out);
  if (const AckQueue::Entry* entry = acks_.Find(publish.packet_id)) {
    // A repetition of what still waits is answered once, with the rest.
    if (!publish.dup || entry->qos != Qos::kAtLeastOnce) return FailIdInUse(out);
    return counters_.duplicates_suppressed.Add();
  }
  if (!TakeReceiveQuota(out)) return;
  QueueAck(publish);
  out->actions.push_back(PublishReceived{&publish});
}

// Method B of section 4.3.3 with the message handed out first: the identifier is kept until PUBREL,
// and a PUBLISH that repeats it is only acknowledged [MQTT-4.3.3-10].
void Session::OnPublishQos2(const codec::Publish& publish, Output* out) {
  InboundIds::Entry* known = state_->inbound.Find(publish.packet_id);
  if (known != nullptr) return OnPublishRepeated(publish, known, out);
  if (acks_.Find(publish.packet_id) != nullptr) return FailIdInUse(out);
  if (state_->inbound.size() >= limits_.max_qos2_ids) {
    return FailLimit(counters_.qos2_ids_exceeded, ReasonCode::kReceiveMaximumExceeded,
                     "too many QoS 2 messages without PUBREL", out);
  }
  if (!TakeReceiveQuota(out)) return;
  state_->inbound.Insert(publish.packet_id);
  QueueAck(publish);
  out->actions.push_back(PublishReceived{&publish});
}

void Session::OnPublishRepeated(const codec::Publish& publish, InboundIds::Entry* known,
                                Output* out) {
  counters_.duplicates_suppressed.Add();
  if (!known->counted) {
    if (!TakeReceiveQuota(out)) return;
    known->counted = true;
  }
  if (acks_.Find(publish.packet_id) != nullptr) return;  // PUBREC is on its way already
  AckQueue::Entry& entry = QueueAck(publish);
  entry.done = known->stage == InboundIds::Stage::kReceived;
  SendAcks(out);
}

// Counts a message against our Receive Maximum, of which 3.1.1 clients know nothing.
bool Session::TakeReceiveQuota(Output* out) {
  if (version_ == codec::Version::kV5 && in_flight_ >= limits_.receive_maximum) {
    FailLimit(counters_.receive_maximum_exceeded, ReasonCode::kReceiveMaximumExceeded,
              "[MQTT-3.3.4-7] more messages than Receive Maximum", out);
    return false;
  }
  ++in_flight_;
  return true;
}

AckQueue::Entry& Session::QueueAck(const codec::Publish& publish) {
  AckQueue::Entry& entry = acks_.Push(publish.packet_id, publish.qos);
  if (InputBlocked()) counters_.input_blocked.Add();
  return entry;
}

void Session::FailIdInUse(Output* out) {
  FailRule(Verdict::ProtocolError("[MQTT-2.2.1-3] the packet identifier is in use"), out);
}

}  // namespace sluice::session
