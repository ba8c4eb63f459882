#pragma once

#include "base/metrics.h"
#include "codec/reason_code.h"
#include "codec/verdict.h"
#include "session/action.h"

namespace sluice::session {

// Why the connection cannot go on, found by one of the session's parts; false if it can. The parts
// know no more of ending than this: what the client is told, what becomes of its will and of its
// state is for Session. Small enough to be returned in registers, once a packet.
struct [[nodiscard]] Fault {
  const char* why = nullptr;  // null: there is no fault
  codec::ReasonCode reason = codec::ReasonCode::kSuccess;
  CloseCause cause = CloseCause::kServer;

  explicit operator bool() const { return why != nullptr; }

  static Fault Of(CloseCause cause, codec::Verdict verdict) {
    return {verdict.why, verdict.reason, cause};
  }
  static Fault Malformed(codec::Verdict verdict) { return Of(CloseCause::kMalformed, verdict); }
  static Fault Rule(codec::Verdict verdict) { return Of(CloseCause::kProtocolError, verdict); }
  // One of Limits; counts it.
  static Fault Limit(Counter& counter, codec::ReasonCode reason, const char* why) {
    counter.Add();
    return {why, reason, CloseCause::kLimit};
  }
};

}  // namespace sluice::session
