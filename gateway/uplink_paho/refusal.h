#pragma once

#include <cstdint>

#include "forward/refusal.h"

namespace sluice::uplink_paho {

// What a PUBACK with this reason code, an error, means [MQTT-3.4.2.1]. Not authorized, topic name
// invalid, packet too large and payload format invalid are for good. Everything else, also a code
// that this version of MQTT does not know, may pass.
forward::Refusal RefusalOf(uint8_t reason_code);

}  // namespace sluice::uplink_paho
