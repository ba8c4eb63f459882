#pragma once

#include <string_view>

#include "codec/reason_code.h"

namespace sluice::client {

// What to do about a CONNECT that was refused with this code, in the words of [[uplink]]; empty if
// nothing helps here.
std::string_view AdviceFor(codec::ReasonCode code);

// Whether a publish that was answered with this code, an error, would be refused again whatever
// anybody does about it (3.4.2.1): packet too large and payload format invalid concern this one
// message. Everything else may pass, as does a code that this version of MQTT does not know: not
// authorized and topic name invalid concern who we are or the topic, which somebody upstream allows
// or forbids to every message alike.
bool IsRefusedForGood(codec::ReasonCode code);

}  // namespace sluice::client
