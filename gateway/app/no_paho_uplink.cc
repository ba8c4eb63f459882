#include "app/make_paho_uplink.h"

namespace sluice::app {

Result<std::unique_ptr<forward::Uplink>> MakePahoUplink(const config::UplinkConfig& config,
                                                        Executor&) {
  return Status::InvalidArgument("uplink " + config.name + ": built without Paho");
}

}  // namespace sluice::app
