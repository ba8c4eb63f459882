#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "broker/event_sink.h"

namespace sluice::ingest {

// Messages whose events are appended and not acknowledgeable yet, in the order of their offsets: a
// ring that grows to its largest load and then allocates no more. Bounded by its user, StreamInput.
class PendingAcks {
 public:
  struct Pending {
    uint64_t end_offset = 0;  // acknowledge when everything below may be
    broker::AckHandle ack;
    MonotonicTime accepted;
  };

  bool empty() const { return count_ == 0; }
  size_t size() const { return count_; }
  const Pending& front() const { return ring_[begin_]; }

  void Push(const Pending& pending) {
    if (count_ == ring_.size()) Grow();
    ring_[(begin_ + count_) & (ring_.size() - 1)] = pending;
    ++count_;
  }
  void Pop() {
    begin_ = (begin_ + 1) & (ring_.size() - 1);
    --count_;
  }

 private:
  void Grow() {
    std::vector<Pending> larger(ring_.empty() ? 64 : ring_.size() * 2);  // powers of two
    for (size_t i = 0; i < count_; ++i) larger[i] = ring_[(begin_ + i) & (ring_.size() - 1)];
    ring_ = std::move(larger);
    begin_ = 0;
  }

  std::vector<Pending> ring_;
  size_t begin_ = 0;
  size_t count_ = 0;
};

}  // namespace sluice::ingest
