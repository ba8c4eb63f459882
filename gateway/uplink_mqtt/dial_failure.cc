#include <array>

#include "uplink_mqtt/dialer.h"
#include "uplink_mqtt/options.h"

namespace sluice::uplink_mqtt {

std::string_view DialCauseName(DialCause cause) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"none", "files", "lookup", "refused", "unreachable", "timeout", "network", "tls",
       "proxy_refused", "proxy_credentials", "proxy_protocol", "websocket_refused",
       "websocket_protocol"});
  return kNames[static_cast<size_t>(cause)];
}

std::string Proxy::HostAndPort() const {
  return forward::UplinkUrl{.text = {}, .scheme = {}, .host = host, .port = port}.HostAndPort();
}

}  // namespace sluice::uplink_mqtt
