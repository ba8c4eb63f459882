#include <array>

#include "uplink_mqtt/dialer.h"

namespace sluice::uplink_mqtt {

std::string_view DialCauseName(DialCause cause) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"none", "files", "lookup", "refused", "unreachable", "timeout", "network", "tls"});
  return kNames[static_cast<size_t>(cause)];
}

}  // namespace sluice::uplink_mqtt
