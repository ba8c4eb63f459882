#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice::forward {

// What the scheme of an uplink's URL says. Every kind of uplink has a table of those it answers to.
struct UplinkScheme {
  std::string_view name;  // "mqtts"
  bool tls = false;
  uint16_t default_port = 0;
  bool websocket = false;  // the URL may have a path
  bool operator==(const UplinkScheme&) const = default;
};

// Where an uplink leads: "mqtts://broker.example.com:8883", taken apart.
struct UplinkUrl {
  std::string text;  // as written
  UplinkScheme scheme;
  std::string host;  // a name, an IPv4 address, or an IPv6 address without its brackets
  uint16_t port = 0;
  std::string path = {};  // of a WebSocket, "/mqtt"; else empty

  // With the brackets, and always with a port.
  std::string HostAndPort() const;
  bool operator==(const UplinkUrl&) const = default;
};

// A scheme that is one of `schemes`, a host, and at most a port after it, and a path where the
// scheme has them; nothing is looked up.
// kInvalidArgument says which part is wrong and what to do, going on from what the URL is for:
// "'x' must begin with …". Passwords are never quoted.
Result<UplinkUrl> ParseUplinkUrl(std::string_view text, std::span<const UplinkScheme> schemes);

}  // namespace sluice::forward
