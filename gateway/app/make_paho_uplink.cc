#include "app/make_paho_uplink.h"

#include <utility>

#include "config/paho_uplink.h"
#include "uplink_paho/options.h"
#include "uplink_paho/uplink.h"

namespace sluice::app {

Result<std::unique_ptr<forward::Uplink>> MakePahoUplink(const config::UplinkConfig& config,
                                                        Executor& loop) {
  auto options = config::MakePahoOptions(config);
  if (!options.ok()) return options.status();
  return std::unique_ptr<forward::Uplink>(
      std::make_unique<uplink_paho::PahoUplink>(std::move(*options), loop));
}

}  // namespace sluice::app
