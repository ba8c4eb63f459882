#include "broker/retained_store.h"

#include "base/status.h"
#include "broker/state_sink.h"
#include "broker/topic_filter.h"
#include "codec/topic_match.h"

namespace sluice::broker {

RetainedStore::RetainedStore(const Limits& limits, Shares* shares, Counters* counters)
    : max_bytes_(limits.max_retained_bytes),
      policy_(limits.retained_policy),
      shares_(*shares),
      counters_(*counters) {}

PartyRef RetainedStore::Store(const MessageRef& message, MonotonicTime now,
                              const PartyRef& publisher, bool stored) {
  RetainedChanges::Mark mark;
  if (const auto old = by_topic_.find(message->topic()); old != by_topic_.end()) {
    mark = old->second.mark;
    Forget(old);
  }
  PartyRef gave_way;
  Entry* const entry = message->has_payload()  // [MQTT-3.3.1-6] [MQTT-3.3.1-7]
                           ? Put(message, now, publisher, &gave_way)
                           : nullptr;
  if (entry != nullptr) entry->stored = stored;
  if (entry == nullptr || !stored) {
    changes_.Removed(message->topic(), mark);
  } else {
    changes_.Changed(message->topic(), &mark);
    entry->mark = mark;
  }
  return gave_way;
}

RetainedStore::Entry* RetainedStore::Put(const MessageRef& message, MonotonicTime now,
                                         const PartyRef& publisher, PartyRef* gave_way) {
  const size_t cost = CostOf(*message);
  if (!MakeRoom(cost, now, publisher, gave_way)) {
    counters_.retained_refused.Add();
    return nullptr;
  }
  Entry& entry = by_topic_[message->topic()];
  entry.message = message;
  entry.cost.BelongTo(publisher, Budget::kRetained, &entry);
  entry.cost.Set(cost);
  if (const auto expiry = message->expiry()) by_expiry_.emplace(*expiry, message->topic());
  bytes_ += cost;
  return &entry;
}

bool RetainedStore::Restore(const MessageRef& message, MonotonicTime now, const PartyRef& holder) {
  if (const auto old = by_topic_.find(message->topic()); old != by_topic_.end()) Forget(old);
  PartyRef gave_way;
  Entry* const entry = Put(message, now, holder, &gave_way);
  if (entry == nullptr) {
    Discard(message->topic());
    return false;
  }
  RetainedChanges::Restored(&entry->mark);
  return true;
}

void RetainedStore::HandOver(MonotonicTime now, std::optional<WallTime> wall, StateSink* sink) {
  if (again_after_) SliceAgain();
  while (sink->has_room() && !changes_.empty()) {
    const std::string topic = changes_.TakeFirst();
    const auto found = by_topic_.find(topic);
    if (found == by_topic_.end()) {
      sink->RetainedRemoved(topic);
      continue;
    }
    const Message& message = *found->second.message;
    RetainedChanges::HandedOver(&found->second.mark);
    RetainedRecord record{.topic = topic,
                          .holder = found->second.cost.party().name(),
                          .qos = message.qos(),
                          .properties = message.properties(),
                          .payload = message.payload()};
    if (wall) record.received = *wall - (now - message.received());
    sink->RetainedChanged(record);
  }
}

void RetainedStore::SliceAgain() {
  constexpr int kSlice = 256;
  auto it = by_topic_.upper_bound(*again_after_);
  for (int i = 0; i < kSlice && it != by_topic_.end(); ++i, ++it) {
    *again_after_ = it->first;
    if (it->second.stored) changes_.Changed(it->first, &it->second.mark);
  }
  if (it == by_topic_.end()) again_after_.reset();
}

MessageRef RetainedStore::Next(std::string_view filter, std::string* after, MonotonicTime now,
                               size_t* looks) {
  const std::string_view prefix = LiteralPrefix(filter);
  auto it = after->empty() ? by_topic_.lower_bound(prefix) : by_topic_.upper_bound(*after);
  for (; it != by_topic_.end() && it->first.starts_with(prefix) && *looks > 0; --*looks) {
    const std::string_view topic = it->first;
    if (it->second.message->ExpiredAt(now)) {
      it = Erase(it);
      continue;
    }
    const bool matches = codec::Matches(filter, topic);
    if (matches || *looks == 1) *after = topic;
    if (matches) {
      --*looks;
      return it->second.message;
    }
    ++it;
  }
  return {};
}

size_t RetainedStore::CostOf(const Message& message) {
  constexpr size_t kTreeAndListNodes = sizeof(ByTopic::value_type) + 8 * sizeof(void*);
  return kTreeAndListNodes + message.size();
}

bool RetainedStore::MakeRoom(size_t bytes, MonotonicTime now, const PartyRef& publisher,
                             PartyRef* gave_way) {
  if (bytes > max_bytes_) return false;
  if (bytes_ + bytes > max_bytes_) DropExpired(now);
  while (bytes_ + bytes > max_bytes_) {
    Party* const largest = shares_.GivesWay(Budget::kRetained, *publisher, bytes);
    if (largest != nullptr) *gave_way = PartyRef(largest);
    const Party& loser = largest != nullptr ? *largest : *publisher;
    if (largest == nullptr && policy_ == OverflowPolicy::kDropNewest) return false;
    const Holding* const oldest = Shares::FirstOf(Budget::kRetained, loser);
    if (oldest == nullptr) return false;
    Evict(oldest);
  }
  return true;
}

void RetainedStore::Evict(const Holding* of) {
  const auto* const entry = static_cast<const Entry*>(of->owner());
  Erase(by_topic_.find(entry->message->topic()));
  counters_.retained_evicted.Add();
}

void RetainedStore::DropExpired(MonotonicTime now) {
  while (!by_expiry_.empty() && by_expiry_.begin()->first <= now) {
    Erase(by_topic_.find(by_expiry_.begin()->second));
  }
}

RetainedStore::ByTopic::iterator RetainedStore::Erase(ByTopic::iterator entry) {
  changes_.Removed(entry->first, entry->second.mark);
  return Forget(entry);
}

RetainedStore::ByTopic::iterator RetainedStore::Forget(ByTopic::iterator entry) {
  const Message& message = *entry->second.message;
  bytes_ -= CostOf(message);
  if (const auto expiry = message.expiry()) by_expiry_.erase({*expiry, message.topic()});
  return by_topic_.erase(entry);
}

void RetainedStore::CheckInvariants() const {
  size_t bytes = 0, expiring = 0;
  for (const auto& [topic, entry] : by_topic_) {
    const Message& message = *entry.message;
    SLUICE_CHECK(topic.data() == message.topic().data() && message.has_payload());
    SLUICE_CHECK(entry.cost.amount() == CostOf(message) && entry.cost.owner() == &entry);
    bytes += CostOf(message);
    const auto expiry = message.expiry();
    if (!expiry) continue;
    ++expiring;
    SLUICE_CHECK(by_expiry_.contains({*expiry, topic}));
  }
  SLUICE_CHECK(bytes == bytes_ && bytes_ <= max_bytes_ && expiring == by_expiry_.size());
}

}  // namespace sluice::broker
