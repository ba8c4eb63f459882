#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace sluice::client {

// What we have asked and the server has not answered for good; each has a packet identifier.
struct Exchange {
  enum class Kind : uint8_t {
    kQos1,         // PUBACK is due
    kQos2,         // PUBREC is due
    kQos2Release,  // PUBREL went out; PUBCOMP is due
    kSubscribe,
    kUnsubscribe,
  };
  uint16_t packet_id = 0;  // 0: a free slot
  Kind kind = Kind::kQos1;
  uint32_t token = 0;    // the owner's
  uint16_t filters = 0;  // of kSubscribe and kUnsubscribe
  MonotonicTime sent_at{};
  uint32_t older = 0, newer = 0;  // slots

  bool is_publish() const { return kind <= Kind::kQos2Release; }
};

// Packet identifiers, and what they stand for, in the order of sending. An identifier's slot is its
// low bits, so that finding, adding and erasing take the same short time whatever the order of the
// answers; identifiers go round, so that a late answer does not meet a new question soon
// [MQTT-2.2.1-3]. Allocates in the constructor only.
//
// Invariants, asserted by CheckInvariants(): identifiers are unique and not 0; the list of the
// occupied slots is in the order of sending, and size() long; publishes() of them are publishes.
class OutboundWindow {
 public:
  // So many publishes, and a few requests beside them.
  static constexpr size_t kMaxRequests = 8;
  explicit OutboundWindow(uint16_t max_publishes);

  bool HasRoomForPublish() const { return publishes_ < max_publishes_ && used_ < kMaxIds; }
  bool HasRoomForRequest() const { return used_ - publishes_ < kMaxRequests && used_ < kMaxIds; }
  void LimitPublishes(size_t most);

  // There is room. The reference is valid until the next call that is not const.
  Exchange& Add(Exchange::Kind kind, uint32_t token, MonotonicTime now);
  Exchange* Find(uint16_t packet_id);
  void Erase(Exchange* exchange);
  // The first sent of all; null if there is none.
  const Exchange* oldest() const { return oldest_ == kNone ? nullptr : &slots_[oldest_]; }

  size_t size() const { return used_; }
  size_t publishes() const { return publishes_; }
  void CheckInvariants() const;

 private:
  static constexpr size_t kMaxIds = 65'535;
  static constexpr uint32_t kNone = UINT32_MAX;

  uint32_t SlotOf(uint16_t packet_id) const {
    return packet_id & static_cast<uint32_t>(slots_.size() - 1);
  }
  uint16_t NextPacketId();

  std::vector<Exchange> slots_;  // their number is a power of two
  size_t max_publishes_;
  size_t used_ = 0;
  size_t publishes_ = 0;
  uint32_t oldest_ = kNone;
  uint32_t newest_ = kNone;
  uint16_t last_packet_id_ = 0;
};

}  // namespace sluice::client
