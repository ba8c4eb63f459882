#pragma once

#include "codec/reason_code.h"
#include "session/inbound_ids.h"
#include "session/outbound_window.h"

namespace sluice::session {

// What MQTT keeps of a client from one connection to the next, apart from subscriptions and queued
// messages, which are the broker's [MQTT-4.1.0-1]. The broker owns it, lends it to the Session of
// the client's present connection with AcceptConnect, and gets it back when that session has
// emitted Close: from then on the session does not touch it. It outlives the loan. One thread.
//
// In memory now; made so that it can be stored: `outbound` is (identifier, stage, frame) in order,
// `inbound` is (identifier, stage).
class SessionState {
 public:
  // Whether there is anything that a resumed session would carry on with.
  bool empty() const { return outbound.size() == 0 && inbound.size() == 0; }
  // For a clean start [MQTT-3.1.2-4].
  void Clear();
  // The owner's late word on an inbound QoS 2 message whose connection has ended before it was
  // acknowledged, while no other session has the state. Without effect for an identifier that does
  // not wait for it. Needs ConnectAnswer::late_acknowledgements.
  void AcknowledgeInbound(uint16_t packet_id, codec::ReasonCode reason) {
    inbound.Acknowledge(packet_id, reason);
  }
  // Heap bytes, for the broker's accounts.
  size_t MemoryBytes() const;
  void CheckInvariants() const;

  OutboundWindow outbound;
  InboundIds inbound;
};

}  // namespace sluice::session
