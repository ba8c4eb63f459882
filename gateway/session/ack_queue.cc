#include "session/ack_queue.h"

namespace sluice::session {
namespace {

constexpr size_t kFirstCapacity = 8;

}  // namespace

AckQueue::Entry& AckQueue::Push(uint16_t packet_id, codec::Qos qos) {
  if (size_ == ring_.size()) Grow();
  Entry& entry = At(size_++);
  entry = {packet_id, qos, false, codec::ReasonCode::kSuccess};
  return entry;
}

AckQueue::Entry* AckQueue::Find(uint16_t packet_id) {
  for (size_t i = 0; i < size_; ++i) {
    if (At(i).packet_id == packet_id) return &At(i);
  }
  return nullptr;
}

const AckQueue::Entry* AckQueue::Done() const {
  if (size_ == 0 || !ring_[head_].done) return nullptr;
  return &ring_[head_];
}

size_t AckQueue::CountOf(codec::Qos qos) const {
  size_t count = 0;
  for (size_t i = 0; i < size_; ++i) count += At(i).qos == qos ? 1 : 0;
  return count;
}

void AckQueue::Pop() {
  head_ = (head_ + 1) & (ring_.size() - 1);
  --size_;
}

void AckQueue::Grow() {
  std::vector<Entry> larger(ring_.empty() ? kFirstCapacity : 2 * ring_.size());
  for (size_t i = 0; i < size_; ++i) larger[i] = At(i);
  ring_.swap(larger);
  head_ = 0;
}

}  // namespace sluice::session
