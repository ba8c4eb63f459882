#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "base/clock.h"
#include "firmware_sim/dialect.h"

namespace sluice::fleet {

// A reading at QoS 1 or 2 that the gateway has not acknowledged yet.
//
// Transmissions of a device are numbered 1, 2, … in the order in which it hands them to the
// network. Two of a reading's numbers go into the ledger, because they say which order a verifier
// may demand:
//   first_tx  its first transmission: before it nobody can have accepted the reading;
//   sure_tx   its first transmission since it was last refused or its session was last lost: from
//   there on every
//             connection carries it before anything that is transmitted for the first time later.
// So a reading `a` must have been accepted before `b` if a.sure_tx < b.first_tx. For other pairs
// either order is right: a refused reading is overtaken by the ones behind it.
struct OutboxEntry {
  uint64_t seq = 0;
  int qos = 1;
  bool malformed = false;
  Message message;

  bool in_flight = false;  // handed to the MQTT client, which may resend it within its session
  uint64_t first_tx = 0;
  uint64_t sure_tx = 0;  // 0: to be transmitted anew
  MonotonicTime sent_at{};
};

// The flash buffer of a device: unacknowledged readings in the order of their seq. Bounded, so that
// an outage of a day does not make one process with a thousand devices swap. One thread.
class Outbox {
 public:
  struct Limits {
    size_t entries = 1000;
    size_t bytes = 256 * 1024;  // payloads and topics
  };

  explicit Outbox(const Limits& limits) : limits_(limits) {}

  // Takes the entry; its seq is higher than any before. False, taking nothing, if the outbox is
  // full.
  bool Add(OutboxEntry entry);
  // The first entry that waits for a transmission, null if there is none. Entries stay where they
  // are until Remove.
  OutboxEntry* NextToSend();
  OutboxEntry* Find(uint64_t seq);
  void MarkSent(OutboxEntry* entry, uint64_t tx, MonotonicTime now);
  // The transmission came to nothing: the entry waits for another.
  void Return(OutboxEntry* entry);
  // The session is lost and with it every transmission under way. Returns how many.
  size_t ReturnAll();
  // The session lives: what is in flight is sent again by the MQTT client now. Returns how many.
  size_t Touch(MonotonicTime now);
  void Remove(uint64_t seq);

  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }
  size_t in_flight() const { return in_flight_; }
  // When the longest unanswered transmission was made; the epoch if none is under way.
  MonotonicTime OldestSent() const;

 private:
  std::deque<OutboxEntry>::iterator Locate(uint64_t seq);
  static size_t Bytes(const OutboxEntry& entry);

  Limits limits_;
  std::deque<OutboxEntry> entries_;
  size_t bytes_ = 0;
  size_t in_flight_ = 0;
};

}  // namespace sluice::fleet
