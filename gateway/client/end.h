#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "codec/reason_code.h"
#include "codec/verdict.h"

namespace sluice::client {

enum class EndCause : uint8_t {
  kRefused,         // CONNACK said no
  kDisconnected,    // DISCONNECT came, MQTT 5
  kStreamClosed,    // the stream ended without a word
  kMalformed,       // the server sent bytes that are no packet
  kProtocolError,   // the server broke a rule
  kTooLarge,        // the server sent a packet above our maximum
  kConnectTimeout,  // no CONNACK in time
  kPingTimeout,     // no PINGRESP in time
  kAckTimeout,      // publishes were not answered in time
  kLocal,           // Client::Disconnect
};

// "refused", "protocol_error", …: for metrics.
std::string_view EndCauseName(EndCause cause);

// How a connection ended.
struct End {
  EndCause cause = EndCause::kLocal;
  // The server's word (kRefused, kDisconnected), else what the server is told in MQTT 5.
  codec::ReasonCode reason = codec::ReasonCode::kSuccess;
  const char* detail = "";            // which rule was broken; a literal, never null
  std::string reason_string = {};     // the server's own words, not made printable
  std::string server_reference = {};  // where to go instead
};

// For people, and printable: "the server refused the connection: Not authorized (0x87), "unknown
// device"".
std::string Describe(const End& end);

// Why the connection cannot go on, found by one of the client's parts; false if it can. Small
// enough to be returned in registers, once a packet.
struct [[nodiscard]] Fault {
  const char* why = nullptr;  // null: there is no fault
  codec::ReasonCode reason = codec::ReasonCode::kSuccess;
  EndCause cause = EndCause::kProtocolError;

  explicit operator bool() const { return why != nullptr; }

  static Fault Rule(codec::Verdict verdict) {
    return {verdict.why, verdict.reason, EndCause::kProtocolError};
  }
  static Fault Rule(const char* why) { return Rule(codec::Verdict::ProtocolError(why)); }
  static Fault Malformed(codec::Verdict verdict) {
    return {verdict.why, verdict.reason, EndCause::kMalformed};
  }
};

}  // namespace sluice::client
