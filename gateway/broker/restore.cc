#include <algorithm>

#include "broker/broker.h"
#include "codec/packet_reader.h"
#include "codec/topic.h"

namespace sluice::broker {
namespace {

// The record as the publish that it was. What was stored is checked like what a peer sends. False:
// nobody can have published that.
bool Read(const RetainedRecord& record, codec::Publish* publish) {
  if (record.topic.size() > codec::kMaxFieldBytes || !codec::IsTopicName(record.topic)) {
    return false;
  }
  if (record.payload.empty() || record.qos > codec::Qos::kExactlyOnce) return false;
  if (!record.properties.empty()) {
    codec::PacketReader reader(record.properties);
    reader.ReadProperties(codec::PacketType::kPublish, &publish->properties);
    if (!reader.Finish().ok()) return false;
    if (!ValidateProperties(publish->properties, codec::PacketType::kPublish).ok()) return false;
  }
  publish->topic = record.topic;
  publish->payload = record.payload;
  publish->qos = record.qos;
  publish->retain = true;
  return true;
}

}  // namespace

Broker::Restored Broker::RestoreRetained(MonotonicTime now, std::optional<WallTime> wall,
                                         const RetainedRecord& record) {
  codec::Publish publish;
  if (!Read(record, &publish)) {
    retained_.Discard(record.topic);
    return Restored::kInvalid;
  }
  // Without a date that can be trusted, the interval begins again: rather late than too early.
  Duration age{0};
  if (wall && record.received) age = std::max(Duration(0), *wall - *record.received);
  const MessageRef message = pool_.Make(publish, now - age, {});
  if (message->ExpiredAt(now)) {
    retained_.Discard(record.topic);
    return Restored::kExpired;
  }
  return retained_.Restore(message, now, PartyOf(record.holder)) ? Restored::kTaken
                                                                 : Restored::kNoRoom;
}

}  // namespace sluice::broker
