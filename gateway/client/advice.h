#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "codec/reason_code.h"

namespace sluice::client {

// What a client does about a reason code of its server.
enum class Remedy : uint8_t {
  kNone,       // a server does not say it in this packet
  kRetry,      // publish again, after a wait
  kReconnect,  // connect again, after a wait
  // It takes a person to cure it, here or upstream. In CONNACK and DISCONNECT: connect again, but
  // seldom, since many a server shuts out whoever goes on asking. In PUBACK and PUBREC: publish
  // again after a wait, and give nothing up, since it would be said of every message alike.
  kHold,
  kNever,  // it would be said of this message again, whatever anybody does: give it up (3.4.2.1)
};

// "retry", "reconnect", …; "" for kNone.
std::string_view RemedyName(Remedy remedy);

// A row of the table, which docs/forward.md repeats for people: what to do about a code, by the
// packet that brings it.
struct CodeAdvice {
  codec::ReasonCode code;
  Remedy connack, ack, disconnect;
  std::string_view reason;  // for metrics; several codes may share one
  std::string_view text;    // in the words of [[uplink]]; empty if nothing helps here
};

std::span<const CodeAdvice> AdviceTable();
// The row of a code; of kUnspecifiedError for one that this version of MQTT does not know.
const CodeAdvice& AdviceOn(codec::ReasonCode code);

// Whether a publish that was answered with this code, an error, would be refused again.
inline bool IsRefusedForGood(codec::ReasonCode code) {
  return AdviceOn(code).ack == Remedy::kNever;
}

}  // namespace sluice::client
