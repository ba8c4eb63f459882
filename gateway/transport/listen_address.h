#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "transport/socket_address.h"

namespace sluice::transport {

// Where a listener is: an address with its port, or the file of a Unix socket.
class ListenAddress {
 public:
  // As ParseSocketAddress, or "unix:/PATH". The message of what is neither says what is expected.
  static Result<ListenAddress> Parse(std::string_view text);
  ListenAddress() = default;

  const std::string& text() const { return text_; }
  bool is_unix() const;
  // Of the file; empty if it is none.
  std::string path() const;
  // Only if it is none.
  const SocketAddress& socket() const { return socket_; }
  // Every address of IPv6, which the kernel then takes IPv4 for as well.
  bool is_dual_stack() const;
  bool operator==(const ListenAddress& other) const { return text_ == other.text_; }

 private:
  explicit ListenAddress(std::string_view text) : text_(text) {}

  SocketAddress socket_;
  std::string text_ = socket_.text();
};

}  // namespace sluice::transport
