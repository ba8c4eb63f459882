#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "broker/limits.h"
#include "broker/message.h"
#include "broker/subscription.h"

namespace sluice::broker {

// A message that waits for a client: shared with others, together with what is this client's own.
struct QueuedMessage {
  MessageRef message;
  codec::Qos qos = codec::Qos::kAtMostOnce;
  bool retain = false;
  std::vector<uint32_t> subscription_ids;  // mostly empty
  GroupId group = kNoGroup;                // as a member of which the client gets it
};

// What waits for one client beyond its session's window, first in, first out, bounded in bytes. A
// shared message counts in full for each queue: the bound is about fairness, the memory is bounded
// by the pool.
//
// When full, QoS 0 gives way first: to be lost is in its contract. Then the policy decides. Both
// are counted.
class OutboundQueue {
 public:
  // False when the message itself was dropped.
  bool Push(QueuedMessage message, const Limits& limits, Counters* counters);

  bool empty() const { return begin_ == items_.size(); }
  size_t size() const { return items_.size() - begin_; }
  size_t bytes() const { return bytes_; }
  const QueuedMessage& front() const { return items_[begin_]; }
  void Pop();
  // Drops one message as the policy says, counted. Must not be empty.
  void DropOne(OverflowPolicy policy, Counters* counters);
  void Clear();
  // Takes out what the client was to get as a member of groups, in its order.
  std::vector<QueuedMessage> TakeGroups();

  // bytes() is the sum of what the messages cost, and those of QoS 0 are counted.
  void CheckInvariants() const;

 private:
  static size_t CostOf(const QueuedMessage& item);
  void Count(const QueuedMessage& item);
  void Uncount(const QueuedMessage& item);
  void DropQos0(size_t max_bytes, Counters* counters);
  void DropOldest(size_t max_bytes, Counters* counters);

  std::vector<QueuedMessage> items_;  // [begin_, size) wait; what is before is empty
  size_t begin_ = 0;
  size_t bytes_ = 0;
  // Messages of QoS 0. A full queue mostly has none, and must not be searched for them with each
  // message for somebody who is away.
  size_t qos0_ = 0;
};

}  // namespace sluice::broker
