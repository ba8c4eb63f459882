#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/reason_code.h"

namespace sluice::session {

// Inbound QoS 1 and 2 messages of one connection that wait for the owner, in the order of arrival.
// The owner completes them in any order, they leave in this one [MQTT-4.6.0-2] [MQTT-4.6.0-3]. A
// ring that grows to the largest number seen, which the session's Receive Maximum bounds.
class AckQueue {
 public:
  struct Entry {
    uint16_t packet_id = 0;
    uint8_t qos = 0;
    bool done = false;
    codec::ReasonCode reason{};
  };

  Entry& Push(uint16_t packet_id, uint8_t qos);
  // The oldest entry with this identifier that is not done; null if there is none.
  Entry* FindWaiting(uint16_t packet_id);
  // The oldest entry if it is done, else null.
  const Entry* Done() const;
  void Pop();
  void Clear() { head_ = size_ = 0; }

  size_t size() const { return size_; }

 private:
  Entry& At(size_t i) { return ring_[(head_ + i) & (ring_.size() - 1)]; }
  void Grow();

  std::vector<Entry> ring_;  // its size is 0 or a power of two
  size_t head_ = 0;
  size_t size_ = 0;
};

}  // namespace sluice::session
