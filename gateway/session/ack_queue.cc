#include "session/ack_queue.h"

namespace sluice::session {

AckQueue::Entry& AckQueue::Push(uint16_t packet_id, codec::Qos qos) {
  return ring_.Push({packet_id, qos, false, codec::ReasonCode::kSuccess});
}

AckQueue::Entry* AckQueue::Find(uint16_t packet_id) {
  for (size_t i = 0; i < size(); ++i) {
    if (ring_[i].packet_id == packet_id) return &ring_[i];
  }
  return nullptr;
}

const AckQueue::Entry* AckQueue::Done() const {
  if (empty() || !front().done) return nullptr;
  return &front();
}

size_t AckQueue::CountOf(codec::Qos qos) const {
  size_t count = 0;
  for (size_t i = 0; i < size(); ++i) count += ring_[i].qos == qos ? 1 : 0;
  return count;
}

}  // namespace sluice::session
