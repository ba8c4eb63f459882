#pragma once

#include "codec/reason_code.h"

namespace sluice::codec {

// What decoding or validating a packet found: fine, or the reason code for the peer and the rule
// that it broke.
//
// Decode functions answer kMalformedPacket (0x81): the bytes are no such packet. (Decode of CONNECT
// also kUnsupportedProtocolVersion, since nobody can know the layout of another version.) Validate
// functions answer kProtocolError (0x82) or a more special code: the packet can be read, but may
// not be sent. 3.1.1 has no codes for most of it; there the connection is only closed.
struct [[nodiscard]] Verdict {
  ReasonCode reason = ReasonCode::kSuccess;
  // For logs and tests: the rule's id in brackets, when it has one, and a few words. A literal;
  // never null.
  const char* why = "";

  bool ok() const { return reason == ReasonCode::kSuccess; }

  static constexpr Verdict Malformed(const char* why) {
    return {ReasonCode::kMalformedPacket, why};
  }
  static constexpr Verdict ProtocolError(const char* why) {
    return {ReasonCode::kProtocolError, why};
  }
};

}  // namespace sluice::codec
