#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice::transport {

// Addresses with a prefix in common: "10.0.0.0/8", "2001:db8::/32", or one: "192.0.2.7".
class AddressRange {
 public:
  // The message of what is none says what is expected. Bits behind the prefix must be 0.
  static Result<AddressRange> Parse(std::string_view text);

  const std::string& text() const { return text_; }
  // Whatever its port. An IPv4 address is the same in an IPv4-mapped one.
  bool Contains(const sockaddr_storage& address) const;
  bool operator==(const AddressRange& other) const { return text_ == other.text_; }

 private:
  std::string text_;
  std::array<uint8_t, 16> bytes_{};  // IPv6, or IPv4-mapped
  unsigned bits_ = 0;                // of the prefix
};

}  // namespace sluice::transport
