#include "session/session_state.h"

namespace sluice::session {

void SessionState::Clear() {
  outbound.Clear();
  inbound.Clear();
}

void SessionState::AcknowledgeInbound(uint16_t packet_id, codec::ReasonCode reason) {
  InboundIds::Entry* entry = inbound.Find(packet_id);
  if (entry == nullptr || entry->stage != InboundIds::Stage::kHandedOut) return;
  if (codec::IsError(reason)) {
    inbound.Erase(entry);  // The client was not told; when it repeats the message it may be taken.
  } else {
    entry->stage = InboundIds::Stage::kReceived;
  }
}

size_t SessionState::MemoryBytes() const {
  return outbound.MemoryBytes() + inbound.entries().capacity() * sizeof(InboundIds::Entry);
}

void SessionState::CheckInvariants() const {
  outbound.CheckInvariants();
  inbound.CheckInvariants();
}

}  // namespace sluice::session
