// What a member of a group leaves behind goes to the others.

#include <utility>

#include "base/status.h"
#include "broker/broker.h"

namespace sluice::broker {
namespace {

// The message of a frame that an OutboundWindow keeps.
codec::Publish Unpack(const session::OutboundMessage& message) {
  codec::Frame frame;
  codec::Publish publish;
  SLUICE_CHECK(codec::PeekFrame(message.frame.view(), codec::kMaxPacketBytes, &frame).state ==
               codec::FrameState::kOk);
  SLUICE_CHECK(codec::Decode(frame, codec::Version::kV5, &publish).ok());
  return publish;
}

}  // namespace

// Of a session that ends, in the order in which they came: QoS 1 that is not acknowledged, as the
// standard advises, and what was not sent yet. QoS 2 that was sent is nobody else's
// [MQTT-4.8.2-5]; what a client has answered, with whatever code, is done [MQTT-4.8.2-6].
std::vector<QueuedMessage> Broker::TakeLegacy(ClientRecord* client) {
  std::vector<QueuedMessage> legacy;
  for (const session::OutboundMessage& message : client->state.outbound.messages()) {
    if (message.tag == kNoGroup || message.qos != codec::Qos::kAtLeastOnce) continue;
    const codec::Publish publish = Unpack(message);
    legacy.push_back({.message = pool_.Make(publish, message.accepted_at, {}),
                      .qos = publish.qos,
                      .retain = publish.retain,
                      .subscription_ids = {},
                      .group = message.tag});
  }
  for (QueuedMessage& item : TakeWaiting(client)) legacy.push_back(std::move(item));
  return legacy;
}

std::vector<QueuedMessage> Broker::TakeWaiting(ClientRecord* client) {
  std::vector<QueuedMessage> taken = client->queue.TakeGroups();
  client->queued.Set(client->queue.bytes());
  return taken;
}

void Broker::HandOn(MonotonicTime now, const std::vector<QueuedMessage>& legacy) {
  for (const QueuedMessage& item : legacy) {
    if (item.message->ExpiredAt(now)) {
      counters_.expired.Add();  // [MQTT-3.3.2-5]
      continue;
    }
    codec::Publish publish = item.message->View(now);
    publish.qos = item.qos;
    publish.retain = item.retain;
    fan_out_.SendToGroup(now, publish, item.message->publisher(), item.group);
  }
}

}  // namespace sluice::broker
