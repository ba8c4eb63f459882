#pragma once

#include <sys/socket.h>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice::transport {

// "192.0.2.7:8883", "[2001:db8::7]:8883", "[fe80::7%eth0]:8883", "localhost:8883" (127.0.0.1). No
// other names: looking one up can block. The message of a refusal says what is expected.
Result<sockaddr_storage> ParseSocketAddress(std::string_view text);
// Whether this machine has the address and we may have the port. That another socket listens there
// is fine. Binds for a moment, without listening.
Status CheckBindable(const sockaddr_storage& address);
// The inverse; an IPv4 address that came through an IPv6 socket is written as what it is.
std::string FormatSocketAddress(const sockaddr_storage& address);
uint16_t PortOf(const sockaddr_storage& address);

// An address that is one, as it was written.
class SocketAddress {
 public:
  // As ParseSocketAddress.
  static Result<SocketAddress> Parse(std::string_view text);
  SocketAddress() : SocketAddress("127.0.0.1:0", *ParseSocketAddress("127.0.0.1:0")) {}

  const std::string& text() const { return text_; }
  const sockaddr_storage& storage() const { return storage_; }
  uint16_t port() const { return PortOf(storage_); }
  bool operator==(const SocketAddress& other) const { return text_ == other.text_; }

 private:
  SocketAddress(std::string_view text, const sockaddr_storage& storage)
      : text_(text), storage_(storage) {}

  std::string text_;
  sockaddr_storage storage_;
};

// Whoever can be told apart by where he comes from: an IPv4 address, an IPv6 network of 64 bits,
// since its owner has all its addresses, or a user of this machine.
struct SourceAddress {
  uint64_t high = 0, low = 0;
  auto operator<=>(const SourceAddress&) const = default;
};
SourceAddress SourceOf(const sockaddr_storage& address);
SourceAddress SourceOfUser(uint32_t uid);
// "192.0.2.7", "2001:db8:0:1::/64", "uid 1000"
std::string FormatSource(const SourceAddress& source);

}  // namespace sluice::transport
