#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/byte_buffer.h"
#include "base/clock.h"
#include "codec/protocol.h"

namespace sluice::session {

// Where a delivery of ours stands [MQTT-4.3.2-1] [MQTT-4.3.3-1].
enum class OutboundStage : uint8_t {
  kPublished,  // PUBLISH went out (or will again); PUBACK or PUBREC is due
  kReleased,   // PUBREC came, PUBREL went out (or will again); PUBCOMP is due
};

// A message in flight to the client. It owns its bytes, as a PUBLISH of MQTT 5 whatever the client
// speaks, so that a client may resume with the other version, and so that storing a session is
// writing these frames.
struct OutboundMessage {
  uint16_t packet_id = 0;
  codec::Qos qos = codec::Qos::kAtLeastOnce;
  OutboundStage stage = OutboundStage::kPublished;
  uint32_t tag = 0;           // the owner's, see TagLast
  MonotonicTime accepted_at;  // for what is left of its Message Expiry Interval
  ByteBuffer frame;           // empty once released: then only the identifier matters
};

// Messages in flight to one client, in the order of their first sending. Bounded by its user:
// HasRoom. Slots are reused, so in steady state nothing is allocated; large frames give their
// memory back. Pointers are valid until the next call that is not const.
//
// Invariants: packet identifiers are unique and not 0; bytes() is the sum of the frames; a released
// message holds no frame and has QoS 2; sent() <= size().
class OutboundWindow {
 public:
  // Whether one more message may join. `max_bytes` is passed by at most one message.
  bool HasRoom(size_t max_messages, size_t max_bytes) const {
    return used_ < max_messages && bytes_ < max_bytes;
  }
  // Appends a message, not sent yet, with a fresh packet identifier. The caller fills its frame,
  // then calls Commit. Must have room.
  OutboundMessage& Append(codec::Qos qos, MonotonicTime now);
  // Accounts for the frame of the message that was appended last.
  void Commit() { bytes_ += slots_[used_ - 1].frame.size(); }

  // The owner's note on the message that was appended last, if there is any.
  void TagLast(uint32_t tag) {
    if (used_ > 0) slots_[used_ - 1].tag = tag;
  }

  OutboundMessage* Find(uint16_t packet_id);
  // PUBREC came: forgets the frame.
  void Release(OutboundMessage* message);
  void Erase(OutboundMessage* message);

  // The sent messages are those that went out on the present connection; they are the first of all.
  size_t sent() const { return sent_; }
  bool IsSent(const OutboundMessage* message) const { return message < slots_.data() + sent_; }
  OutboundMessage* FirstUnsent() { return sent_ < used_ ? &slots_[sent_] : nullptr; }
  void MarkFirstUnsentAsSent() { ++sent_; }
  void MarkAllUnsent() { sent_ = 0; }

  void Clear();
  std::span<const OutboundMessage> messages() const { return {slots_.data(), used_}; }
  size_t size() const { return used_; }
  size_t bytes() const { return bytes_; }
  // What is held of the heap, slots kept for reuse included.
  size_t MemoryBytes() const;
  void CheckInvariants() const;

 private:
  uint16_t NextPacketId();
  void DropFrame(OutboundMessage* message);

  std::vector<OutboundMessage> slots_;  // [0, used_) in flight, the rest empty
  size_t used_ = 0;
  size_t sent_ = 0;
  size_t bytes_ = 0;
  uint16_t last_packet_id_ = 0;
};

}  // namespace sluice::session
