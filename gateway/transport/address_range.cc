#include "transport/address_range.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace sluice::transport {
namespace {

using Bytes = std::array<uint8_t, 16>;

constexpr unsigned kAllBits = 128;
// Of an IPv4-mapped address (RFC 4291, section 2.5.5.2).
constexpr unsigned kMappedBits = 96;

Bytes Mapped(const void* v4) {
  Bytes bytes{};
  bytes[10] = bytes[11] = 0xff;
  std::memcpy(bytes.data() + 12, v4, 4);
  return bytes;
}

bool BitOf(const Bytes& bytes, unsigned i) { return (bytes[i / 8] >> (7 - i % 8) & 1) != 0; }

bool SamePrefix(const Bytes& a, const Bytes& b, unsigned bits) {
  const unsigned whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  for (unsigned i = whole * 8; i < bits; ++i) {
    if (BitOf(a, i) != BitOf(b, i)) return false;
  }
  return true;
}

// *first says at which bit its own family begins.
std::optional<Bytes> ParseAddress(const std::string& text, unsigned* first) {
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    *first = kMappedBits;
    return Mapped(&v4);
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6) != 1) return std::nullopt;
  *first = 0;
  Bytes bytes;
  std::memcpy(bytes.data(), &v6, bytes.size());
  return bytes;
}

}  // namespace

Result<AddressRange> AddressRange::Parse(std::string_view text) {
  const Status bad = Status::InvalidArgument(fmt::format(
      "'{}' is no range of addresses: write ADDRESS or ADDRESS/BITS, as in 10.0.0.0/8 or "
      "2001:db8::/32",
      text));
  const size_t slash = std::min(text.find('/'), text.size());
  unsigned first = 0;
  const auto bytes = ParseAddress(std::string(text.substr(0, slash)), &first);
  if (!bytes) return bad;
  AddressRange range;
  range.text_ = text;
  range.bytes_ = *bytes;
  range.bits_ = kAllBits;
  if (slash == text.size()) return range;
  const std::string_view number = text.substr(slash + 1);
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), range.bits_);
  range.bits_ += first;
  if (error != std::errc() || end != number.data() + number.size() || range.bits_ > kAllBits) {
    return bad;
  }
  for (unsigned i = range.bits_; i < kAllBits; ++i) {
    if (!BitOf(*bytes, i)) continue;
    return Status::InvalidArgument(fmt::format(
        "'{}' has bits behind its prefix of {}, which mean nothing", text, range.bits_ - first));
  }
  return range;
}

bool AddressRange::Contains(const sockaddr_storage& address) const {
  Bytes bytes{};
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    bytes = Mapped(&v4.sin_addr);
  } else if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  } else {
    return false;
  }
  return SamePrefix(bytes, bytes_, bits_);
}

}  // namespace sluice::transport
