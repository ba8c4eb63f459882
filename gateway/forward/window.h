#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/ring.h"
#include "forward/refusal.h"

namespace sluice::forward {

// A publish that is not accounted for: the offsets [first, end) and what became of each.
struct InFlight {
  enum class Outcome : uint8_t { kPending, kAcknowledged, kRefused };

  uint64_t first = 0;
  uint64_t end = 0;
  // events + expired + evicted == end - first
  uint64_t events = 0;   // in the message
  uint64_t expired = 0;  // too old, only told about
  uint64_t evicted = 0;  // stood for by gap records
  size_t entries = 0;    // events and gaps in the message
  size_t bytes = 0;
  MonotonicTime sent_at{};
  WallTime stored{};  // when its first record was appended to the stream
  Outcome outcome = Outcome::kPending;
  Refusal refusal;  // of kRefused
};

// The publishes of a route in the order of their offsets. Bounds the memory that a slow uplink can
// hold. A publish is known to the uplink by a sequence number of 24 bits, consecutive within the
// window.
//
// Invariants, asserted by CheckInvariants(): the publishes cover their offsets without a hole, each
// is made of as many as it counts (of the first, some may be accounted for already), bytes() and
// unsettled() are what they hold together, and they are no more than the capacity.
class Window {
 public:
  static constexpr uint32_t kSequenceMask = 0x00ff'ffff;

  explicit Window(size_t capacity) : capacity_(capacity) {}

  bool empty() const { return ring_.empty(); }
  bool full() const { return ring_.size() == capacity_; }
  size_t size() const { return ring_.size(); }
  size_t bytes() const { return bytes_; }
  size_t unsettled() const { return unsettled_; }  // still kPending
  uint32_t next_sequence() const { return Wrap(head_sequence_ + static_cast<uint32_t>(size())); }

  void Push(const InFlight& publish);  // !full()
  InFlight& front() { return ring_.front(); }
  const InFlight& front() const { return ring_.front(); }
  InFlight& back() { return ring_.back(); }
  const InFlight& back() const { return ring_.back(); }
  void PopFront();
  uint32_t front_sequence() const { return head_sequence_; }
  // The front, which is settled, is sent once more and waits for an answer.
  void ReopenFront(MonotonicTime sent_at);
  // Forgets all of them; late answers to them will find nothing.
  void Clear();
  // Drops the first publish whose fate is unknown and all behind it.
  void DropFromFirstPending();
  // Null if no publish of the window has that number or it is settled: an answer that nobody waits
  // for any more.
  InFlight* FindPending(uint32_t sequence);
  // The first whose fate is unknown; null if there is none. Usually the first of all.
  const InFlight* OldestPending() const;
  // Mark a pending publish.
  void SettleAcknowledged(InFlight* publish);
  void SettleRefused(InFlight* publish, const Refusal& refusal);

  void CheckInvariants() const;  // visits everything; for tests

 private:
  static uint32_t Wrap(uint32_t sequence) { return sequence & kSequenceMask; }
  void Settle(InFlight* publish, InFlight::Outcome outcome);
  void DropFrom(size_t i);
  void Forget(const InFlight& publish);

  const size_t capacity_;
  Ring<InFlight> ring_;
  size_t bytes_ = 0;
  size_t unsettled_ = 0;
  uint32_t head_sequence_ = 0;
};

}  // namespace sluice::forward
