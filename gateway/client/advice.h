#pragma once

#include <string_view>

#include "codec/reason_code.h"

namespace sluice::client {

// What to do about a CONNECT that was refused with this code, in the words of [[uplink]]; empty if
// nothing helps here.
std::string_view AdviceFor(codec::ReasonCode code);

// Whether a publish that was answered with this code, an error, would be refused again (3.4.2.1):
// not authorized, topic name invalid, packet too large and payload format invalid. Everything else,
// also a code that this version of MQTT does not know, may pass.
bool IsRefusedForGood(codec::ReasonCode code);

}  // namespace sluice::client
