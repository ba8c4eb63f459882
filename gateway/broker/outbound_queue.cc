#include "broker/outbound_queue.h"

#include <algorithm>
#include <utility>

#include "base/status.h"

namespace sluice::broker {
namespace {

bool IsQos0(const QueuedMessage& item) { return item.qos == codec::Qos::kAtMostOnce; }

}  // namespace

bool OutboundQueue::Push(QueuedMessage message, const Limits& limits, Counters* counters) {
  const size_t cost = CostOf(message);
  const size_t max = limits.max_queue_bytes_per_client;
  const bool is_qos0 = IsQos0(message);
  if (bytes_ + cost > max && !is_qos0 && cost <= max) {
    DropQos0(max - cost, counters);
    if (limits.queue_policy == OverflowPolicy::kDropOldest) DropOldest(max - cost, counters);
  }
  if (bytes_ + cost > max) {
    (is_qos0 ? counters->queue_dropped_qos0 : counters->queue_dropped).Add();
    return false;
  }
  Count(message);
  items_.push_back(std::move(message));
  return true;
}

void OutboundQueue::Count(const QueuedMessage& item) {
  bytes_ += CostOf(item);
  qos0_ += IsQos0(item) ? 1 : 0;
}

void OutboundQueue::Uncount(const QueuedMessage& item) {
  bytes_ -= CostOf(item);
  qos0_ -= IsQos0(item) ? 1 : 0;
}

void OutboundQueue::Pop() {
  Uncount(items_[begin_]);
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
  const bool is_qos0 = IsQos0(oldest ? front() : items_.back());
  (is_qos0 ? counters->queue_dropped_qos0 : counters->queue_dropped).Add();
  if (oldest) return Pop();
  Uncount(items_.back());
  items_.pop_back();
  if (empty()) Clear();
}

void OutboundQueue::Clear() {
  items_ = {};
  begin_ = 0;
  bytes_ = qos0_ = 0;
}

size_t OutboundQueue::CostOf(const QueuedMessage& item) {
  return sizeof(QueuedMessage) + item.message->size() +
         item.subscription_ids.size() * sizeof(uint32_t);
}

// Drops messages of QoS 0, oldest first, until the rest fits into `max_bytes`.
void OutboundQueue::DropQos0(size_t max_bytes, Counters* counters) {
  if (qos0_ == 0) return;
  const auto first = items_.begin() + static_cast<std::ptrdiff_t>(begin_);
  const auto kept = std::remove_if(first, items_.end(), [&](const QueuedMessage& item) {
    if (bytes_ <= max_bytes || !IsQos0(item)) return false;
    Uncount(item);
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

std::vector<QueuedMessage> OutboundQueue::TakeGroups() {
  std::vector<QueuedMessage> taken;
  const auto first = items_.begin() + static_cast<std::ptrdiff_t>(begin_);
  const auto is_own = [](const QueuedMessage& item) { return item.group == kNoGroup; };
  if (std::all_of(first, items_.end(), is_own)) return taken;
  std::vector<QueuedMessage> left;
  for (auto it = first; it != items_.end(); ++it) {
    if (is_own(*it)) {
      left.push_back(std::move(*it));
    } else {
      Uncount(*it);
      taken.push_back(std::move(*it));
    }
  }
  items_ = std::move(left);
  begin_ = 0;
  return taken;
}

void OutboundQueue::CheckInvariants() const {
  size_t bytes = 0, qos0 = 0;
  for (size_t i = begin_; i < items_.size(); ++i) {
    bytes += CostOf(items_[i]);
    qos0 += IsQos0(items_[i]) ? 1 : 0;
  }
  SLUICE_CHECK(begin_ <= items_.size() && bytes == bytes_ && qos0 == qos0_);
}

}  // namespace sluice::broker
