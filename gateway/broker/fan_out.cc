#include "broker/fan_out.h"

#include <algorithm>

#include "base/probe.h"
#include "base/status.h"

namespace sluice::broker {

using session::DeliverResult;

FanOut::FanOut(const Limits& limits, const SubscriptionTree* subscriptions, SharedGroups* groups,
               ClientRegistry* clients, MessagePool* pool, Shares* shares, ShareLog* share_log,
               Counters* counters)
    : limits_(limits),
      subscriptions_(*subscriptions),
      groups_(*groups),
      clients_(*clients),
      pool_(*pool),
      shares_(*shares),
      share_log_(*share_log),
      counters_(*counters) {}

size_t FanOut::Send(MonotonicTime now, const codec::Publish& publish, SessionId publisher) {
  Collect(publish, publisher);
  MessageRef shared;
  for (const Target& target : targets_) {
    ClientRecord& client = clients_.At(target.client);
    const codec::Publish addressed = Addressed(publish, target);
    if (client.queue.empty() && Offer(addressed, &client)) continue;
    Queue(now, addressed, publisher, &client, &shared);
  }
  for (const GroupId group : target_groups_) SendToGroup(now, publish, publisher, group, &shared);
  return targets_.size() + target_groups_.size();
}

void FanOut::Collect(const codec::Publish& publish, SessionId publisher) {
  ++round_;
  targets_.clear();
  ids_.clear();
  target_groups_.clear();
  subscriptions_.Match(publish.topic, [&](const Subscription& subscription) {
    if (subscription.is_group) {
      target_groups_.push_back(subscription.client);
      return true;
    }
    const bool is_own = clients_.At(subscription.client).id == publisher;
    if (!(is_own && subscription.options.no_local)) Merge(publish, subscription);  // [MQTT-3.8.3-3]
    return true;
  });
}

void FanOut::Merge(const codec::Publish& publish, const Subscription& subscription) {
  const SubscriptionOptions& options = subscription.options;
  Target& target = TargetOf(&clients_.At(subscription.client));
  target.qos = std::max(target.qos, std::min(publish.qos, options.max_qos));  // [MQTT-3.8.4-8]
  target.retain |=
      publish.retain && options.retain_as_published;  // [MQTT-3.3.1-12] [MQTT-3.3.1-13]
  if (options.identifier != 0) {
    ids_.push_back({options.identifier, target.first_id});
    target.first_id = static_cast<uint32_t>(ids_.size() - 1);
  }
}

FanOut::Target& FanOut::TargetOf(ClientRecord* client) {
  if (client->fan_out_round != round_) {
    client->fan_out_round = round_;
    client->fan_out_place = static_cast<uint32_t>(targets_.size());
    targets_.push_back({client->id.slot, codec::Qos::kAtMostOnce, false, kNone});
  }
  return targets_[client->fan_out_place];
}

// The message as this target gets it; its subscription ids live until the next call.
codec::Publish FanOut::Addressed(const codec::Publish& publish, const Target& target) {
  id_properties_.Clear();
  for (uint32_t i = target.first_id; i != kNone; i = ids_[i].next) {
    id_properties_.AddSubscriptionId(ids_[i].id);
  }
  codec::Publish addressed = publish;
  addressed.qos = target.qos;
  addressed.retain = target.retain;
  addressed.dup = false;  // [MQTT-3.3.1-3]
  addressed.packet_id = 0;
  addressed.properties.subscription_ids = id_properties_.subscription_ids();
  return addressed;
}

bool FanOut::SendNow(codec::Publish publish, uint32_t subscription_id, ClientRecord* client) {
  id_properties_.Clear();
  if (subscription_id != 0) id_properties_.AddSubscriptionId(subscription_id);
  publish.properties.subscription_ids = id_properties_.subscription_ids();
  return Offer(publish, client);
}

bool FanOut::Offer(const codec::Publish& addressed, ClientRecord* client, GroupId group) {
  if (!client->connected()) return false;
  SLUICE_CHECK(!offering_);  // Deliver must not call back.
  offering_ = true;
  const DeliverResult result = client->handle->Deliver(addressed);
  offering_ = false;
  switch (result) {
    case DeliverResult::kSent:
      counters_.delivered.Add();
      if (group != kNoGroup && addressed.qos != codec::Qos::kAtMostOnce) {
        client->state.outbound.TagLast(group);
      }
      return true;
    case DeliverResult::kTooLarge:
      counters_.too_large.Add();  // [MQTT-3.1.2-25]: as if it had been sent
      return true;
    case DeliverResult::kWindowFull:
    case DeliverResult::kClosed:
      return false;
  }
  return false;
}

void FanOut::Queue(MonotonicTime now, const codec::Publish& addressed, SessionId publisher,
                   ClientRecord* client, MessageRef* shared, GroupId group) {
  // What has no guarantee is not kept for those who are not there.
  if (!client->connected() && addressed.qos == codec::Qos::kAtMostOnce) return;
  if (!*shared) {
    const size_t about = sizeof(Message) + addressed.topic.size() + addressed.payload.size();
    if (!MakeRoom(now, about, *client)) {
      const bool is_qos0 = addressed.qos == codec::Qos::kAtMostOnce;
      (is_qos0 ? counters_.queue_dropped_qos0 : counters_.queue_dropped).Add();
      return;
    }
    *shared = pool_.Make(addressed, now, publisher);
  }
  QueuedMessage item{*shared, addressed.qos, addressed.retain, {}, group};
  for (const uint32_t id : addressed.properties.subscription_ids) {
    item.subscription_ids.push_back(id);
  }
  client->queue.Push(std::move(item), limits_, &counters_);
  client->queued.Set(client->queue.bytes());
}

// What gives way are messages that wait for the identity for which most do. At most so many for one
// message: one that is shared with another queue frees nothing, and the loop must not stand still
// for thousands of them. Each was queued once, so on average this costs nothing.
bool FanOut::MakeRoom(MonotonicTime now, size_t bytes, const ClientRecord& client) {
  constexpr int kMostDrops = 64;
  for (int i = 0; i < kMostDrops && pool_.bytes() + bytes > limits_.max_message_bytes; ++i) {
    Party* const largest = shares_.GivesWay(Budget::kQueued, *client.party, bytes);
    if (largest == nullptr) return false;
    SLUICE_PROBE("broker: a message in a queue gives way");
    share_log_.GaveWay(now, Budget::kQueued, largest->name(), client.party->name());
    auto* const victim =
        static_cast<ClientRecord*>(Shares::FirstOf(Budget::kQueued, *largest)->owner());
    victim->queue.DropOne(limits_.queue_policy, &counters_);
    victim->queued.Set(victim->queue.bytes());
  }
  return pool_.bytes() + bytes <= limits_.max_message_bytes;
}

void FanOut::Drain(MonotonicTime now, ClientRecord* client) {
  while (!client->queue.empty()) {
    const QueuedMessage& item = client->queue.front();
    if (item.message->ExpiredAt(now)) {
      counters_.expired.Add();  // [MQTT-3.3.2-5]
    } else {
      id_properties_.Clear();
      for (const uint32_t id : item.subscription_ids) id_properties_.AddSubscriptionId(id);
      codec::Publish publish = item.message->View(now);
      publish.qos = item.qos;
      publish.retain = item.retain;
      publish.properties.subscription_ids = id_properties_.subscription_ids();
      if (!Offer(publish, client, item.group)) return;
    }
    client->queue.Pop();
    client->queued.Set(client->queue.bytes());
  }
}

}  // namespace sluice::broker
