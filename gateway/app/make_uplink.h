#pragma once

#include <memory>

#include "base/status.h"
#include "config/uplink.h"
#include "forward/uplink.h"
#include "transport/loop.h"

namespace sluice::app {

// The uplink that an [[uplink]] describes, of the kind that its URL's scheme and its client name.
// What files it needs now is what may fail. `loop` outlives the uplink.
Result<std::unique_ptr<forward::Uplink>> MakeUplink(const config::UplinkConfig& config,
                                                    transport::Loop& loop);

}  // namespace sluice::app
