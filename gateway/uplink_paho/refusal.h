#pragma once

#include <cstdint>

#include "forward/refusal.h"

namespace sluice::uplink_paho {

// What a PUBACK with this reason code, an error, means; see client::IsRefusedForGood.
forward::Refusal RefusalOf(uint8_t reason_code);

}  // namespace sluice::uplink_paho
