#include "client/inbound_flow.h"

#include <algorithm>

#include "base/status.h"

namespace sluice::client {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;

size_t SessionState::Find(uint16_t packet_id) const {
  const auto found = std::ranges::find(received_, packet_id);
  return found == received_.end() ? kNone : static_cast<size_t>(found - received_.begin());
}

InboundFlow::InboundFlow(const Options& options, const ServerTerms& terms, SessionState& state)
    : options_(options), terms_(terms), state_(state), aliases_(options.topic_alias_maximum) {}

void InboundFlow::Open() {
  if (!terms_.session_present()) state_.Clear();
  resumed_ = state_.size();
}

Fault InboundFlow::ResolveAlias(codec::Publish* publish) {
  if (!publish->properties.topic_alias) return {};
  const uint16_t alias = *publish->properties.topic_alias;
  publish->properties.topic_alias.reset();
  if (!aliases_.IsLegal(alias)) {
    return Fault::Rule({ReasonCode::kTopicAliasInvalid,
                        "[MQTT-3.1.2-26] [MQTT-3.1.2-27] above our Topic Alias Maximum"});
  }
  if (!publish->topic.empty()) {
    aliases_.Set(alias, publish->topic);
    return {};
  }
  publish->topic = aliases_.Get(alias);
  if (!publish->topic.empty()) return {};
  return Fault::Rule("(3.3.2.3.4) an alias that was never set");
}

InboundFlow::Waiting* InboundFlow::Find(uint16_t packet_id) {
  for (size_t i = 0; i < waiting_.size(); ++i) {
    if (waiting_[i].packet_id == packet_id) return &waiting_[i];
  }
  return nullptr;
}

Fault InboundFlow::OnPublish(codec::Publish* publish, Output* out) {
  if (const Fault fault = ResolveAlias(publish)) return fault;
  if (publish->qos == Qos::kAtMostOnce) {
    out->actions.push_back(MessageReceived{publish});
    return {};
  }
  if (Find(publish->packet_id) != nullptr) {
    return Fault::Rule("[MQTT-2.2.1-4] the packet identifier is in use");
  }
  const size_t place = state_.Find(publish->packet_id);
  if (place == SessionState::kNone) {
    if (const Fault fault = Queue(*publish)) return fault;
    out->actions.push_back(MessageReceived{publish});
    return {};
  }
  if (publish->qos != Qos::kExactlyOnce) {
    return Fault::Rule("[MQTT-2.2.1-4] the packet identifier is in use");
  }
  // What was handed out before is only answered again [MQTT-4.3.3-10].
  Forget(place);
  if (const Fault fault = Queue(*publish)) return fault;
  waiting_.back().done = true;
  SendAcks(out);
  return {};
}

Fault InboundFlow::Queue(const codec::Publish& publish) {
  if (in_flight() >= receive_maximum()) {
    return Fault::Rule(
        {ReasonCode::kReceiveMaximumExceeded, "[MQTT-3.3.4-9] more messages than Receive Maximum"});
  }
  waiting_.Push({.packet_id = publish.packet_id, .qos = publish.qos});
  return {};
}

void InboundFlow::Forget(size_t place) {
  if (place < resumed_) --resumed_;
  state_.EraseAt(place);
}

void InboundFlow::Acknowledge(uint16_t packet_id, ReasonCode reason, Output* out) {
  Waiting* const waiting = Find(packet_id);
  if (waiting == nullptr || waiting->done) return;
  waiting->done = true;
  waiting->reason = terms_.is_v5() ? reason : ReasonCode::kSuccess;
  SendAcks(out);
}

// PUBACK and PUBREC leave in the order of arrival [MQTT-4.6.0-2] [MQTT-4.6.0-3].
void InboundFlow::SendAcks(Output* out) {
  while (!waiting_.empty() && waiting_.front().done) {
    const Waiting& first = waiting_.front();
    const bool qos2 = first.qos == Qos::kExactlyOnce;
    codec::EncodeAck(qos2 ? PacketType::kPubrec : PacketType::kPuback, first.packet_id,
                     first.reason, terms_.version(), &out->bytes);
    // A refusal ends the exchange: the identifier is free again [MQTT-4.3.3-9].
    if (qos2 && !codec::IsError(first.reason)) state_.Insert(first.packet_id);
    waiting_.Pop();
  }
}

// One that we do not know is what a resumed session may have: we have answered it before the
// connection ended. In a new session there is nothing to release.
Fault InboundFlow::OnPubrel(const codec::Ack& pubrel, Output* out) {
  ReasonCode reason = ReasonCode::kSuccess;
  if (const size_t place = state_.Find(pubrel.packet_id); place != SessionState::kNone) {
    Forget(place);
  } else {
    if (!terms_.session_present() || Find(pubrel.packet_id) != nullptr) {
      return Fault::Rule("PUBREL before PUBREC");
    }
    reason = ReasonCode::kPacketIdentifierNotFound;
  }
  codec::EncodeAck(PacketType::kPubcomp, pubrel.packet_id, reason, terms_.version(),
                   &out->bytes);  // [MQTT-4.3.3-11]
  return {};
}

void InboundFlow::CheckInvariants() const {
  SLUICE_CHECK(waiting_.empty() || !waiting_.front().done);
  SLUICE_CHECK(resumed_ <= state_.size() && in_flight() <= receive_maximum());
  for (size_t i = 0; i < waiting_.size(); ++i) {
    SLUICE_CHECK(waiting_[i].packet_id != 0 &&
                 state_.Find(waiting_[i].packet_id) == SessionState::kNone);
    for (size_t j = 0; j < i; ++j) SLUICE_CHECK(waiting_[i].packet_id != waiting_[j].packet_id);
  }
}

}  // namespace sluice::client
