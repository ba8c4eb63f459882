#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ring.h"
#include "codec/reason_code.h"

namespace sluice::session {

// Inbound QoS 1 and 2 messages of one connection that wait for the owner, in the order of arrival.
// The owner completes them in any order, they leave in this one [MQTT-4.6.0-2] [MQTT-4.6.0-3]. The
// session bounds their number. An identifier is in it at most once. Pointers are valid until the
// next Push.
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
  const Entry& front() const { return ring_.front(); }  // !empty()
  // The oldest entry if it is done, else null.
  const Entry* Done() const;
  void Pop() { ring_.Pop(); }

  size_t size() const { return ring_.size(); }
  size_t CountOf(codec::Qos qos) const;
  bool empty() const { return ring_.empty(); }

 private:
  Ring<Entry> ring_;
};

}  // namespace sluice::session
