#include "fuzz_session_model.h"

#include <algorithm>

#include "base/status.h"
#include "wire/packet.h"

namespace sluice::session {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;

void SessionModel::OnStart() {
  connected_ = closed_ = false;
  client_receive_maximum_ = 65'535;
}

void SessionModel::OnAccept(const codec::Connect& connect, bool session_present, bool late) {
  client_receive_maximum_ = connect.properties.receive_maximum.value_or(65'535);
  connected_ = true;
  late_ = late;
  if (!late) held_ = received_;
  if (session_present) return;
  held_.clear();
  received_.clear();
  deliveries_.clear();
}

void SessionModel::OnAcknowledge(uint16_t packet_id, ReasonCode reason) {
  if (closed_) return;
  for (Owed& owed : owed_) {
    if (owed.packet_id != packet_id) continue;
    if (!owed.acknowledged) owed.refused = codec::IsError(reason);
    owed.acknowledged = true;
    return;
  }
  if (connected_ && late_) OnLateAcknowledge(packet_id, reason);
}

void SessionModel::OnLateAcknowledge(uint16_t packet_id, ReasonCode reason) {
  if (!held_.contains(packet_id) || received_.contains(packet_id)) return;
  if (codec::IsError(reason)) {
    held_.erase(packet_id);
    refused_late_.insert(packet_id);
  } else {
    received_.insert(packet_id);
  }
}

void SessionModel::OnAction(const Action& action) {
  SLUICE_CHECK(!closed_);  // Close is the last.
  if (const auto* publish = std::get_if<PublishReceived>(&action))
    OnPublishReceived(*publish->publish);
  if (const auto* finished = std::get_if<DeliveryFinished>(&action)) OnFinished(*finished);
  if (std::holds_alternative<Close>(action)) OnClose();
}

void SessionModel::OnPublishReceived(const codec::Publish& publish) {
  SLUICE_CHECK(connected_);
  SLUICE_CHECK(!publish.topic.empty());
  SLUICE_CHECK(!publish.properties.topic_alias.has_value());
  if (publish.qos == Qos::kAtMostOnce) return;
  SLUICE_CHECK(publish.packet_id != 0);
  owed_.push_back({publish.packet_id, publish.qos});
  refused_late_.erase(publish.packet_id);
  if (publish.qos == Qos::kExactlyOnce) SLUICE_CHECK(held_.insert(publish.packet_id).second);
}

void SessionModel::OnFinished(const DeliveryFinished& finished) {
  Delivery* delivery = Find(finished.packet_id);
  SLUICE_CHECK(delivery != nullptr);
  deliveries_.erase(deliveries_.begin() + (delivery - deliveries_.data()));
}

void SessionModel::OnClose() {
  closed_ = true;
  connected_ = false;
  for (const Owed& owed : owed_) {
    if (!owed.acknowledged || owed.qos != Qos::kExactlyOnce) continue;
    OnLateAcknowledge(owed.packet_id,
                      owed.refused ? ReasonCode::kUnspecifiedError : ReasonCode::kSuccess);
  }
  if (!late_) held_ = received_;
  owed_.clear();
  for (Delivery& delivery : deliveries_) delivery.sent = false;
}

void SessionModel::OnSent(ByteSpan bytes, codec::Version version) {
  while (!bytes.empty()) {
    codec::Frame frame;
    codec::Packet packet;
    const auto peek = codec::PeekFrame(bytes, codec::kMaxPacketBytes, &frame);
    SLUICE_CHECK(peek.state == codec::FrameState::kOk);
    SLUICE_CHECK(codec::Decode(frame, version, &packet).ok());
    SLUICE_CHECK(codec::Validate(packet, version, codec::Sender::kServer).ok());
    if (const auto* ack = std::get_if<codec::Ack>(&packet)) OnSentAck(*ack);
    if (const auto* publish = std::get_if<codec::Publish>(&packet)) OnSentPublish(*publish);
    bytes = bytes.subspan(frame.size);
  }
  CheckWindow();
}

void SessionModel::OnSentAck(const codec::Ack& ack) {
  // The session's own word on a message that it has not handed out.
  if (ack.reason == ReasonCode::kTopicNameInvalid) return;
  switch (ack.type) {
    case PacketType::kPuback:
      return AnswerOldest(ack.type, ack.packet_id);
    case PacketType::kPubrec:
      if (received_.contains(ack.packet_id)) return;   // to a repetition
      if (refused_late_.erase(ack.packet_id)) return;  // the same
      return AnswerOldest(ack.type, ack.packet_id);
    case PacketType::kPubcomp:
      held_.erase(ack.packet_id);
      received_.erase(ack.packet_id);
      return;
    default:
      return ResendNext(ack.packet_id, true);
  }
}

void SessionModel::AnswerOldest(PacketType type, uint16_t packet_id) {
  SLUICE_CHECK(!owed_.empty());
  const Owed owed = owed_.front();
  owed_.pop_front();
  SLUICE_CHECK(owed.packet_id == packet_id && owed.acknowledged);
  SLUICE_CHECK((owed.qos == Qos::kAtLeastOnce) == (type == PacketType::kPuback));
  if (owed.qos != Qos::kExactlyOnce) return;
  if (owed.refused) {
    held_.erase(packet_id);
  } else {
    received_.insert(packet_id);
  }
}

void SessionModel::OnSentPublish(const codec::Publish& publish) {
  if (publish.qos == Qos::kAtMostOnce) return;
  if (publish.dup) return ResendNext(publish.packet_id, false);
  SLUICE_CHECK(Find(publish.packet_id) == nullptr);
  deliveries_.push_back({publish.packet_id, false, true});
}

// PUBREL, or a PUBLISH with DUP: of something that is in flight, and after all that were in flight
// before it.
void SessionModel::ResendNext(uint16_t packet_id, bool released) {
  Delivery* delivery = Find(packet_id);
  if (delivery == nullptr) {
    SLUICE_CHECK(released);  // PUBREL for a PUBREC of nothing that we know
    return;
  }
  SLUICE_CHECK(released || (!delivery->released && !delivery->sent));
  for (const Delivery* before = deliveries_.data(); before != delivery; ++before) {
    SLUICE_CHECK(before->sent);
  }
  delivery->sent = true;
  delivery->released = released;
}

SessionModel::Delivery* SessionModel::Find(uint16_t packet_id) {
  const auto found = std::ranges::find(deliveries_, packet_id, &Delivery::packet_id);
  return found == deliveries_.end() ? nullptr : &*found;
}

void SessionModel::CheckWindow() const {
  const auto sent = std::ranges::count_if(deliveries_, [](const Delivery& d) { return d.sent; });
  SLUICE_CHECK(static_cast<size_t>(sent) <= client_receive_maximum_);
}

}  // namespace sluice::session
