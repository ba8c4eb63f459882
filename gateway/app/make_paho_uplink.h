#pragma once

#include <memory>

#include "base/executor.h"
#include "base/status.h"
#include "config/uplink.h"
#include "forward/uplink.h"

namespace sluice::app {

// An uplink with `client = "paho"`. In a build without Paho (SLUICE_PAHO) there is none, and
// config has said so.
Result<std::unique_ptr<forward::Uplink>> MakePahoUplink(const config::UplinkConfig& config,
                                                        Executor& loop);

}  // namespace sluice::app
