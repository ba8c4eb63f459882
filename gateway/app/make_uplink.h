#pragma once

#include <memory>

#include "base/clock.h"
#include "base/status.h"
#include "config/uplink.h"
#include "forward/uplink.h"
#include "transport/loop.h"
#include "uplink_mqtt/options.h"

namespace sluice::app {

// The uplink that an [[uplink]] describes, of the kind that its URL's scheme and its client name.
// What files it needs now is what may fail. `loop` outlives the uplink.
Result<std::unique_ptr<forward::Uplink>> MakeUplink(const config::UplinkConfig& config,
                                                    transport::Loop& loop);

// What our own client needs to know of it. `clock` outlives the uplink.
uplink_mqtt::MqttOptions MqttOptionsOf(const config::UplinkConfig& config, const Clock& clock);

}  // namespace sluice::app
