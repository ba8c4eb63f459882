#include "broker/retained_store.h"

#include "broker/topic_filter.h"

namespace sluice::broker {

RetainedStore::RetainedStore(const Limits& limits, Counters* counters)
    : max_bytes_(limits.max_retained_bytes),
      policy_(limits.retained_policy),
      counters_(*counters) {}

void RetainedStore::Store(const MessageRef& message, MonotonicTime now) {
  if (const auto old = by_topic_.find(message->topic()); old != by_topic_.end()) Erase(old);
  if (!message->has_payload()) return;  // [MQTT-3.3.1-6] [MQTT-3.3.1-7]
  const size_t cost = CostOf(*message);
  if (!MakeRoom(cost, now)) {
    counters_.retained_refused.Add();
    return;
  }
  const auto age = by_age_.insert(by_age_.end(), message->topic());
  by_topic_.emplace(message->topic(), Entry{message, age});
  bytes_ += cost;
}

MessageRef RetainedStore::Next(std::string_view filter, std::string_view after, MonotonicTime now) {
  const std::string_view prefix = LiteralPrefix(filter);
  auto it = after.empty() ? by_topic_.lower_bound(prefix) : by_topic_.upper_bound(after);
  while (it != by_topic_.end() && it->first.starts_with(prefix)) {
    if (it->second.message->ExpiredAt(now)) {
      it = Erase(it);
    } else if (Matches(filter, it->first)) {
      return it->second.message;
    } else {
      ++it;
    }
  }
  return {};
}

size_t RetainedStore::CostOf(const Message& message) {
  constexpr size_t kTreeAndListNodes = sizeof(ByTopic::value_type) + 8 * sizeof(void*);
  return kTreeAndListNodes + message.size();
}

bool RetainedStore::MakeRoom(size_t bytes, MonotonicTime now) {
  if (bytes_ + bytes <= max_bytes_) return true;
  DropExpired(now);
  while (policy_ == OverflowPolicy::kDropOldest && bytes_ + bytes > max_bytes_ &&
         !by_age_.empty()) {
    Erase(by_topic_.find(by_age_.front()));
    counters_.retained_evicted.Add();
  }
  return bytes_ + bytes <= max_bytes_;
}

void RetainedStore::DropExpired(MonotonicTime now) {
  for (auto it = by_topic_.begin(); it != by_topic_.end();) {
    it = it->second.message->ExpiredAt(now) ? Erase(it) : std::next(it);
  }
}

RetainedStore::ByTopic::iterator RetainedStore::Erase(ByTopic::iterator entry) {
  bytes_ -= CostOf(*entry->second.message);
  by_age_.erase(entry->second.age);
  return by_topic_.erase(entry);
}

}  // namespace sluice::broker
