#pragma once

#include <cstdint>

#include "base/clock.h"
#include "codec/ack.h"
#include "codec/publish.h"
#include "session/action.h"
#include "session/client_terms.h"
#include "session/control_rate.h"
#include "session/fault.h"
#include "session/limits.h"
#include "session/outbound_aliases.h"
#include "session/outbound_window.h"

namespace sluice::session {

// Messages from the owner to the client: no more at a time and none larger than the client takes,
// QoS 1 and 2 kept until acknowledged and sent again, in order, to a client that comes back.
//
// It borrows the window between Open and Close; nothing but CheckInvariants is called at other
// times. Terms, limits and counters outlive it.
//
// Invariants, asserted by CheckInvariants(): what was sent on this connection and is not finished
// never exceeds the client's Receive Maximum; what was not sent again yet waits only for that.
class OutboundFlow {
 public:
  OutboundFlow(const ClientTerms& terms, const Limits& limits, Counters& counters,
               ControlRate& control_rate);

  // Sends what is in flight in `window` again.
  void Open(MonotonicTime now, OutboundWindow* window, Output* out);
  // Gives the window back.
  void Close();

  // See Session::Deliver.
  DeliverResult Deliver(MonotonicTime now, const codec::Publish& message, Output* out);
  // PUBACK, PUBREC or PUBCOMP, decoded and validated.
  Fault OnAck(MonotonicTime now, const codec::Ack& ack, Output* out);

  bool is_open() const { return window_ != nullptr; }
  void CheckInvariants() const;

 private:
  DeliverResult SendOnce(const codec::Publish& publish, Output* out);
  DeliverResult SendAndKeep(MonotonicTime now, codec::Publish* publish, Output* out);
  // False if the topic has no alias, or even so it is too large: nothing was sent.
  bool SendAliased(codec::Publish publish, Output* out);
  DeliverResult SendFrame(ByteSpan frame, Output* out);
  void SendUnsent(MonotonicTime now, Output* out);
  bool Resend(MonotonicTime now, const OutboundMessage& message, Output* out);
  Fault OnPubrec(MonotonicTime now, OutboundMessage* message, Output* out);
  Fault OnUnknownAck(MonotonicTime now, const codec::Ack& ack, Output* out);
  void Finish(OutboundMessage* message, codec::ReasonCode reason, Output* out);
  void SendPubrel(uint16_t packet_id, codec::ReasonCode reason, Output* out) const;

  const ClientTerms& terms_;
  const Limits& limits_;
  Counters& counters_;
  ControlRate& control_rate_;

  OutboundWindow* window_ = nullptr;
  OutboundAliases aliases_;
};

}  // namespace sluice::session
