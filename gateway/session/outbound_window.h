#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"

namespace sluice::session {

// Where a delivery of ours stands; [MQTT-4.3.2-1], [MQTT-4.3.3-1].
enum class OutboundStage : uint8_t {
  kPublished,  // PUBLISH went out (or will again); PUBACK or PUBREC is due
  kReleased,   // PUBREC came, PUBREL went out (or will again); PUBCOMP is due
};

// A message in flight to the client. It owns its bytes, as a PUBLISH of MQTT 5 whatever the client
// spoke, so that a client may resume with the other version, and so that storing a session is
// writing these frames.
struct OutboundMessage {
  uint16_t packet_id = 0;
  uint8_t qos = 0;
  OutboundStage stage = OutboundStage::kPublished;
  bool sent = false;           // on the present connection
  MonotonicTime accepted_at;   // for what is left of its Message Expiry Interval
  std::vector<uint8_t> frame;  // empty once released: then only the identifier matters
};

// Messages in flight to one client, in the order of their first sending. At most `max_messages` of
// them, and at most `max_bytes` of frames unless a single one is larger. Slots are reused: in
// steady state nothing is allocated. Pointers are valid until the next call that is not const.
//
// Invariants: packet identifiers are unique and not 0; the sent ones are a prefix; bytes() is the
// sum of the frames; a released message holds no frame.
class OutboundWindow {
 public:
  // Whether a message with a frame of `frame_bytes` may join.
  bool HasRoom(size_t frame_bytes, size_t max_messages, size_t max_bytes) const;
  // Appends a slot with a fresh packet identifier and an empty frame for the caller to fill, then
  // Commit.
  OutboundMessage& Append(uint8_t qos, MonotonicTime now);
  // Accounts for the frame of the message that was appended last.
  void CommitLast();

  OutboundMessage* Find(uint16_t packet_id);
  // PUBREC came: forgets the frame.
  void Release(OutboundMessage* message);
  void Erase(OutboundMessage* message);
  // The first that was not sent on the present connection; null if all were.
  OutboundMessage* FirstUnsent();
  // A connection ended: everything is to be sent again.
  void MarkAllUnsent();
  void Clear();

  std::span<const OutboundMessage> messages() const { return {slots_.data(), used_}; }
  size_t size() const { return used_; }
  size_t bytes() const { return bytes_; }
  size_t sent_count() const;
  void CheckInvariants() const;

 private:
  uint16_t NextPacketId();
  void Reset(OutboundMessage* message);

  std::vector<OutboundMessage> slots_;  // [0, used_) in flight, the rest empty and kept for reuse
  size_t used_ = 0;
  size_t bytes_ = 0;
  uint16_t last_packet_id_ = 0;
};

}  // namespace sluice::session
