#pragma once

#include <memory>

#include "base/executor.h"
#include "base/status.h"
#include "config/uplink.h"
#include "forward/uplink.h"

namespace sluice::app {

// The uplink that an [[uplink]] describes, of the kind that its URL's scheme names. Reads its
// password file, which is what may fail. `loop` outlives the uplink.
Result<std::unique_ptr<forward::Uplink>> MakeUplink(const config::UplinkConfig& config,
                                                    Executor& loop);

}  // namespace sluice::app
