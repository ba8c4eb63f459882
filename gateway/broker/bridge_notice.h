#pragma once

#include <string_view>

namespace sluice::broker {

// Whether the topic is `$SYS/broker/connection/<client_id>/state`, where a bridge of Mosquitto says
// by a retained message, and by its will, whether it is connected. It does so unless it is told not
// to, so that it needs no rule for it.
bool IsBridgeNotice(std::string_view topic, std::string_view client_id);

}  // namespace sluice::broker
