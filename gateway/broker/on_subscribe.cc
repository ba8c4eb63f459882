#include <algorithm>
#include <utility>

#include "broker/broker.h"
#include "broker/topic_filter.h"
#include "codec/topic.h"
#include "codec/utf8.h"

namespace sluice::broker {

using codec::ReasonCode;
using codec::RetainHandling;

namespace {

auto FindCursor(ClientRecord* client, std::string_view filter) {
  return std::find_if(client->retained.begin(), client->retained.end(),
                      [filter](const RetainedCursor& cursor) { return cursor.filter == filter; });
}

// A subscription that is repeated starts over instead of adding a cursor, or a client could make as
// many as it likes.
void AskForRetained(ClientRecord* client, std::string_view filter,
                    const SubscriptionOptions& options) {
  const RetainedCursor cursor{std::string(filter), options, {}};
  const auto running = FindCursor(client, filter);
  if (running != client->retained.end()) {
    *running = cursor;
  } else {
    client->retained.push_back(cursor);
  }
}

// A bridge of 3.1.1 has no words for what it needs: not what it has brought itself, which would go
// round for ever, and retained messages as such.
SubscriptionOptions OptionsFor(const ClientRecord& client, const codec::Subscription& wanted,
                               uint32_t id, codec::Qos most) {
  return {.max_qos = std::min(wanted.maximum_qos, most),
          .no_local = wanted.no_local || client.is_bridge,
          .retain_as_published = wanted.retain_as_published || client.is_bridge,
          .retain_handling = wanted.retain_handling,
          .identifier = id};
}

// What a valid filter matches: `$share/<name>/` says with whom.
std::string_view WithoutGroup(std::string_view filter) {
  codec::SharedFilter shared;
  return codec::ParseSharedFilter(filter, &shared) ? shared.filter : filter;
}

bool WantsRetained(RetainHandling handling, bool is_new) {
  return handling == RetainHandling::kSend ||                 // [MQTT-3.3.1-9]
         (handling == RetainHandling::kSendIfNew && is_new);  // [MQTT-3.3.1-10] [MQTT-3.3.1-11]
}

}  // namespace

void Broker::OnSubscribe(MonotonicTime now, ConnectionId connection,
                         const codec::Subscribe& subscribe, std::vector<ReasonCode>* codes) {
  codes->clear();
  ClientRecord* const client = clients_.Find(connection);
  if (client == nullptr) return;
  for (const codec::Subscription& wanted : subscribe.subscriptions) {  // [MQTT-3.8.4-6]
    if (codes->size() >= limits_.max_filters_per_packet) {
      counters_.filters_over_packet.Add();
      codes->push_back(ReasonCode::kQuotaExceeded);
      continue;
    }
    codes->push_back(Subscribe(now, client, wanted, subscribe.subscription_id()));
  }
}

bool Broker::TakesFilter(std::string_view filter) const {
  return filter.size() <= limits_.max_filter_bytes &&
         LevelsOf(filter) <= std::min(limits_.max_filter_levels, kMaxFilterLevels) &&
         (limits_.control_characters || !codec::HasControl(filter));
}

ReasonCode Broker::Subscribe(MonotonicTime now, ClientRecord* client,
                             const codec::Subscription& wanted, uint32_t id) {
  const bool is_shared = codec::IsShared(wanted.filter);
  if (is_shared && !limits_.shared_subscriptions) {
    return ReasonCode::kSharedSubscriptionsNotSupported;
  }
  if (!codec::IsTopicFilter(wanted.filter)) return ReasonCode::kTopicFilterInvalid;
  if (!TakesFilter(wanted.filter)) {
    counters_.filters_not_taken.Add();
    return ReasonCode::kTopicFilterInvalid;
  }
  if (!access_->Allows(client->identity, Action::kSubscribe, WithoutGroup(wanted.filter))) {
    counters_.subscribe_denied.Add();
    return ReasonCode::kNotAuthorized;
  }
  const SubscriptionOptions options = OptionsFor(*client, wanted, id, limits_.maximum_qos);
  const bool is_held = client->filters.contains(wanted.filter);
  if (!AddSubscription(now, client, wanted.filter, options, is_held)) {
    return ReasonCode::kQuotaExceeded;
  }
  // A group gets what comes from now on (section 4.8.2).
  if (!is_shared && WantsRetained(wanted.retain_handling, !is_held)) {
    AskForRetained(client, wanted.filter, options);
  }
  return static_cast<ReasonCode>(options.max_qos);  // the granted QoS
}

bool Broker::AddSubscription(MonotonicTime now, ClientRecord* client, std::string_view filter,
                             const SubscriptionOptions& options, bool is_held) {
  if (is_held) {
    Insert(*client, filter, options);
    return true;
  }
  if (client->filters.size() >= limits_.max_subscriptions_per_client) {
    counters_.subscriptions_over_count.Add();
    return false;
  }
  const std::string_view plain = WithoutGroup(filter);
  if (!shapes_.Add(plain, client->subscribes_as)) {
    counters_.subscriptions_over_shapes.Add();
    return false;
  }
  const size_t cost = SubscriptionTree::CostOf(filter);
  while (Insert(*client, filter, options) == SubscriptionTree::Outcome::kFull) {
    if (EndSessionForShare(now, Budget::kSubscriptions, client->party, cost)) continue;
    shapes_.Remove(plain, client->subscribes_as);
    counters_.subscriptions_over_memory.Add();
    return false;
  }
  client->filters.emplace(filter);
  client->subscriptions.Set(client->subscriptions.amount() + cost);
  return true;
}

SubscriptionTree::Outcome Broker::Insert(const ClientRecord& client, std::string_view filter,
                                         const SubscriptionOptions& options) {
  const Subscription subscription{.client = client.id.slot, .options = options};
  return codec::IsShared(filter) ? groups_.Subscribe(filter, subscription)
                                 : subscriptions_.Subscribe(filter, subscription);
}

bool Broker::RemoveSubscription(ClientRecord* client, std::string_view filter) {
  if (!client->filters.contains(filter)) return false;
  if (codec::IsShared(filter)) {
    groups_.Unsubscribe(filter, client->id.slot);
  } else {
    subscriptions_.Unsubscribe(filter, client->id.slot);
  }
  shapes_.Remove(WithoutGroup(filter), client->subscribes_as);
  return true;
}

void Broker::OnUnsubscribe(ConnectionId connection, const codec::Unsubscribe& unsubscribe,
                           std::vector<ReasonCode>* codes) {
  codes->clear();
  ClientRecord* const client = clients_.Find(connection);
  if (client == nullptr) return;
  for (const codec::Unsubscription& unwanted : unsubscribe.filters) {
    if (codes->size() >= limits_.max_filters_per_packet) {
      counters_.filters_over_packet.Add();
      codes->push_back(ReasonCode::kImplementationSpecificError);
      continue;
    }
    const bool existed = RemoveSubscription(client, unwanted.filter);
    if (existed) {
      client->filters.erase(client->filters.find(unwanted.filter));
      client->subscriptions.Set(client->subscriptions.amount() -
                                SubscriptionTree::CostOf(unwanted.filter));
      std::erase_if(client->retained, [&unwanted](const RetainedCursor& cursor) {
        return cursor.filter == unwanted.filter;
      });
    }
    codes->push_back(existed ? ReasonCode::kSuccess : ReasonCode::kNoSubscriptionExisted);
  }
}

// Retained messages are read from the store as the client takes them, so that a filter over ten
// thousand of them needs no queue, and each is the newest at the time that it leaves.
void Broker::SendRetained(MonotonicTime now, ClientRecord* client) {
  size_t looks = kRetainedLooks;
  for (; !client->retained.empty(); client->retained.pop_front()) {
    RetainedCursor& cursor = client->retained.front();
    std::string at = cursor.after;
    while (const MessageRef message = retained_.Next(cursor.filter, &at, now, &looks)) {
      const bool is_own = cursor.options.no_local && message->publisher() == client->id;
      codec::Publish publish = message->View(now);
      publish.qos = std::min(publish.qos, cursor.options.max_qos);
      publish.retain = true;  // 3.1.1 [MQTT-3.3.1-8]
      if (!is_own && !fan_out_.SendNow(publish, cursor.options.identifier, client)) return;
      cursor.after = at;
    }
    if (looks == 0) {
      cursor.after = at;
      if (!std::exchange(client->retained_waits, true)) unfinished_.push_back(client->id);
      return;
    }
  }
}

// One client's turn, the one that has waited longest.
void Broker::ContinueRetained(MonotonicTime now) {
  if (unfinished_.empty()) return;
  ClientRecord* const client = clients_.Find(unfinished_.front());
  unfinished_.pop_front();
  if (client == nullptr) return;
  client->retained_waits = false;
  if (client->connected() && client->queue.empty()) SendRetained(now, client);
}

}  // namespace sluice::broker
