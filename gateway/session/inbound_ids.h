#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/reason_code.h"

namespace sluice::session {

// The packet identifiers of inbound QoS 2 messages between the first PUBLISH and PUBREL, so that a
// repeated PUBLISH is not handed out again [MQTT-4.3.3-10]. Four bytes each, bounded by the
// session's limits.
class InboundIds {
 public:
  enum class Stage : uint8_t {
    kHandedOut,  // with the owner; PUBREC leaves when the owner acknowledges
    kReceived,   // PUBREC left; PUBREL is due
  };
  struct Entry {
    uint16_t packet_id;
    Stage stage;
    bool counted;  // takes one of the Receive Maximum of the present connection
  };

  Entry* Find(uint16_t packet_id);
  void Insert(uint16_t packet_id);
  void Erase(Entry* entry);
  // The owner's word on a message that no connection waits to acknowledge; see
  // SessionState::AcknowledgeInbound.
  void Acknowledge(uint16_t packet_id, codec::ReasonCode reason);
  // A connection ended: nothing counts against the next one's Receive Maximum.
  void UncountAll();
  // Forgets what is with the owner: the client will send it again and it will be handed out again.
  void ForgetHandedOut();
  void Clear() { entries_.clear(); }

  const std::vector<Entry>& entries() const { return entries_; }
  size_t size() const { return entries_.size(); }
  size_t counted() const;
  void CheckInvariants() const;  // identifiers are unique and not 0

 private:
  std::vector<Entry>
      entries_;  // in the order of arrival; releases come in that order too, so finds are short
};

}  // namespace sluice::session
