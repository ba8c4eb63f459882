#include <algorithm>

#include "broker/broker.h"
#include "broker/topic_filter.h"
#include "codec/topic.h"

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

bool WantsRetained(RetainHandling handling, bool is_new) {
  return handling == RetainHandling::kSend ||                 // [MQTT-3.3.1-9]
         (handling == RetainHandling::kSendIfNew && is_new);  // [MQTT-3.3.1-10] [MQTT-3.3.1-11]
}

}  // namespace

void Broker::OnSubscribe(ConnectionId connection, const codec::Subscribe& subscribe,
                         std::vector<ReasonCode>* codes) {
  codes->clear();
  ClientRecord* const client = clients_.Find(connection);
  if (client == nullptr) return;
  for (const codec::Subscription& wanted : subscribe.subscriptions) {
    codes->push_back(Subscribe(client, wanted, subscribe.subscription_id()));  // [MQTT-3.8.4-6]
  }
}

ReasonCode Broker::Subscribe(ClientRecord* client, const codec::Subscription& wanted, uint32_t id) {
  if (codec::IsShared(wanted.filter)) return ReasonCode::kSharedSubscriptionsNotSupported;
  if (!codec::IsTopicFilter(wanted.filter) || !IsWithinMaxLevels(wanted.filter)) {
    return ReasonCode::kTopicFilterInvalid;
  }
  if (!access_->Allows(client->identity, Action::kSubscribe, wanted.filter)) {
    counters_.subscribe_denied.Add();
    return ReasonCode::kNotAuthorized;
  }
  const SubscriptionOptions options{wanted.maximum_qos, wanted.no_local, wanted.retain_as_published,
                                    wanted.retain_handling, id};
  const bool is_held = std::find(client->filters.begin(), client->filters.end(), wanted.filter) !=
                       client->filters.end();
  const bool may_add = is_held || client->filters.size() < limits_.max_subscriptions_per_client;
  if (!may_add || subscriptions_.Subscribe(wanted.filter, {client->id.slot, options}) ==
                      SubscriptionTree::Outcome::kFull) {
    counters_.subscriptions_refused.Add();
    return ReasonCode::kQuotaExceeded;
  }
  if (!is_held) client->filters.emplace_back(wanted.filter);
  if (WantsRetained(wanted.retain_handling, !is_held)) {
    AskForRetained(client, wanted.filter, options);
  }
  return static_cast<ReasonCode>(wanted.maximum_qos);  // the granted QoS
}

void Broker::OnUnsubscribe(ConnectionId connection, const codec::Unsubscribe& unsubscribe,
                           std::vector<ReasonCode>* codes) {
  codes->clear();
  ClientRecord* const client = clients_.Find(connection);
  if (client == nullptr) return;
  for (const codec::Unsubscription& unwanted : unsubscribe.filters) {
    const bool existed = subscriptions_.Unsubscribe(unwanted.filter, client->id.slot);
    if (existed) {
      std::erase(client->filters, unwanted.filter);
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
  for (; !client->retained.empty(); client->retained.pop_front()) {
    RetainedCursor& cursor = client->retained.front();
    while (const MessageRef message = retained_.Next(cursor.filter, cursor.after, now)) {
      const bool is_own = cursor.options.no_local && message->publisher() == client->id;
      codec::Publish publish = message->View(now);
      publish.qos = std::min(publish.qos, cursor.options.max_qos);
      publish.retain = true;  // 3.1.1 [MQTT-3.3.1-8]
      if (!is_own && !fan_out_.SendNow(publish, cursor.options.identifier, client)) return;
      cursor.after = message->topic();
    }
  }
}

}  // namespace sluice::broker
