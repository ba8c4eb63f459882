#include "session/session_state.h"

namespace sluice::session {

void SessionState::Clear() {
  outbound.Clear();
  inbound.Clear();
}

size_t SessionState::MemoryBytes() const {
  return outbound.MemoryBytes() + inbound.entries().capacity() * sizeof(InboundIds::Entry);
}

void SessionState::CheckInvariants() const {
  outbound.CheckInvariants();
  inbound.CheckInvariants();
}

}  // namespace sluice::session
