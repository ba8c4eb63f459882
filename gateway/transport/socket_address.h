#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice::transport {

// "192.0.2.7:8883", "[2001:db8::7]:8883", "localhost:8883" (127.0.0.1). No other names: looking one
// up can block. The message of a refusal says what is expected.
Result<sockaddr_storage> ParseSocketAddress(std::string_view text);
// The inverse.
std::string FormatSocketAddress(const sockaddr_storage& address);
uint16_t PortOf(const sockaddr_storage& address);

}  // namespace sluice::transport
