#pragma once

#include <sys/socket.h>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice::transport {

// "192.0.2.7:8883", "[2001:db8::7]:8883", "localhost:8883" (127.0.0.1). No other names: looking one
// up can block. The message of a refusal says what is expected.
Result<sockaddr_storage> ParseSocketAddress(std::string_view text);
// Whether this machine has the address and we may have the port. That another socket listens there
// is fine. Binds for a moment, without listening.
Status CheckBindable(const sockaddr_storage& address);
// The inverse.
std::string FormatSocketAddress(const sockaddr_storage& address);
uint16_t PortOf(const sockaddr_storage& address);

// Whoever can be told apart by where he comes from: an IPv4 address, or an IPv6 network of 64 bits,
// since its owner has all its addresses.
struct SourceAddress {
  uint64_t high = 0, low = 0;
  auto operator<=>(const SourceAddress&) const = default;
};
SourceAddress SourceOf(const sockaddr_storage& address);
// "192.0.2.7", "2001:db8:0:1::/64"
std::string FormatSource(const SourceAddress& source);

}  // namespace sluice::transport
