#include "broker/outbound_queue.h"

#include <algorithm>
#include <utility>

#include "base/status.h"

namespace sluice::broker {

bool OutboundQueue::Push(QueuedMessage message, const Limits& limits, Counters* counters) {
  const size_t cost = CostOf(message);
  const size_t max = limits.max_queue_bytes_per_client;
  const bool is_qos0 = message.qos == codec::Qos::kAtMostOnce;
  if (bytes_ + cost > max && !is_qos0 && cost <= max) {
    DropQos0(max - cost, counters);
    if (limits.queue_policy == OverflowPolicy::kDropOldest) DropOldest(max - cost, counters);
  }
  if (bytes_ + cost > max) {
    (is_qos0 ? counters->queue_dropped_qos0 : counters->queue_dropped).Add();
    return false;
  }
  bytes_ += cost;
  items_.push_back(std::move(message));
  return true;
}

void OutboundQueue::Pop() {
  bytes_ -= CostOf(items_[begin_]);
  items_[begin_] = {};
  ++begin_;
  if (begin_ == items_.size()) {
    items_.clear();
    begin_ = 0;
  } else if (begin_ * 2 > items_.size()) {  // Moves each item at most once on average.
    items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
  }
}

void OutboundQueue::DropOne(OverflowPolicy policy, Counters* counters) {
  const bool oldest = policy == OverflowPolicy::kDropOldest;
  const bool is_qos0 = (oldest ? front() : items_.back()).qos == codec::Qos::kAtMostOnce;
  (is_qos0 ? counters->queue_dropped_qos0 : counters->queue_dropped).Add();
  if (oldest) return Pop();
  bytes_ -= CostOf(items_.back());
  items_.pop_back();
  if (empty()) Clear();
}

void OutboundQueue::Clear() {
  items_ = {};
  begin_ = 0;
  bytes_ = 0;
}

size_t OutboundQueue::CostOf(const QueuedMessage& item) {
  return sizeof(QueuedMessage) + item.message->size() +
         item.subscription_ids.size() * sizeof(uint32_t);
}

// Drops messages of QoS 0, oldest first, until the rest fits into `max_bytes`.
void OutboundQueue::DropQos0(size_t max_bytes, Counters* counters) {
  const auto first = items_.begin() + static_cast<std::ptrdiff_t>(begin_);
  const auto kept = std::remove_if(first, items_.end(), [&](const QueuedMessage& item) {
    if (bytes_ <= max_bytes || item.qos != codec::Qos::kAtMostOnce) return false;
    bytes_ -= CostOf(item);
    counters->queue_dropped_qos0.Add();
    return true;
  });
  items_.erase(kept, items_.end());
}

void OutboundQueue::DropOldest(size_t max_bytes, Counters* counters) {
  while (bytes_ > max_bytes) {
    Pop();
    counters->queue_dropped.Add();
  }
}

void OutboundQueue::CheckInvariants() const {
  size_t bytes = 0;
  for (size_t i = begin_; i < items_.size(); ++i) bytes += CostOf(items_[i]);
  SLUICE_CHECK(begin_ <= items_.size() && bytes == bytes_);
}

}  // namespace sluice::broker
