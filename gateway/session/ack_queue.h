#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/reason_code.h"

namespace sluice::session {

// Inbound QoS 1 and 2 messages of one connection that wait for the owner, in the order of arrival.
// The owner completes them in any order, they leave in this one [MQTT-4.6.0-2] [MQTT-4.6.0-3]. A
// ring that grows to the largest number seen, which the session bounds. An identifier is in it at
// most once. Pointers are valid until the next Push.
class AckQueue {
 public:
  struct Entry {
    uint16_t packet_id = 0;
    codec::Qos qos = codec::Qos::kAtLeastOnce;
    bool done = false;
    codec::ReasonCode reason = codec::ReasonCode::kSuccess;
  };

  Entry& Push(uint16_t packet_id, codec::Qos qos);
  // Null if the identifier is not in the queue. Cheap for the oldest ones, which are completed
  // first.
  Entry* Find(uint16_t packet_id);
  const Entry& front() const { return ring_[head_]; }  // !empty()
  // The oldest entry if it is done, else null.
  const Entry* Done() const;
  void Pop();

  size_t size() const { return size_; }
  size_t CountOf(codec::Qos qos) const;
  bool empty() const { return size_ == 0; }

 private:
  Entry& At(size_t i) { return ring_[(head_ + i) & (ring_.size() - 1)]; }
  const Entry& At(size_t i) const { return ring_[(head_ + i) & (ring_.size() - 1)]; }
  void Grow();

  std::vector<Entry> ring_;  // its size is 0 or a power of two
  size_t head_ = 0;
  size_t size_ = 0;
};

}  // namespace sluice::session
