#include "transport/proxy_header.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string>
#include <string_view>

namespace sluice::transport {
namespace {

using Outcome = ProxyHeaderOutcome;

constexpr std::string_view kLineStart = "PROXY ";
constexpr size_t kMaxLine = 107;  // section 2.1, with its end
constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr size_t kFixedBytes = 16;  // of version 2

// Whether `bytes` begin as `start` does, as far as both go.
bool MayBegin(std::string_view bytes, std::string_view start) {
  const size_t size = std::min(bytes.size(), start.size());
  return bytes.substr(0, size) == start.substr(0, size);
}

sockaddr_storage StoreV4(const void* address, uint16_t port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  std::memcpy(&v4.sin_addr, address, sizeof v4.sin_addr);
  sockaddr_storage storage{};
  std::memcpy(&storage, &v4, sizeof v4);
  return storage;
}

sockaddr_storage StoreV6(const void* address, uint16_t port) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&v6.sin6_addr, address, sizeof v6.sin6_addr);
  sockaddr_storage storage{};
  std::memcpy(&storage, &v6, sizeof v6);
  return storage;
}

// Decimal, without leading zeros.
std::optional<uint16_t> PortOf(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool is_short = text.size() == 1 || !text.starts_with('0');
  if (error != std::errc() || end != text.data() + text.size() || !is_short) return std::nullopt;
  return port;
}

// What is between single spaces; false unless there are exactly as many.
bool Split(std::string_view text, std::array<std::string_view, 5>* words) {
  for (size_t i = 0; i < words->size(); ++i) {
    const size_t space = std::min(text.find(' '), text.size());
    (*words)[i] = text.substr(0, space);
    if (i + 1 == words->size()) return space == text.size();
    if (space == text.size()) return false;
    text.remove_prefix(space + 1);
  }
  return false;
}

std::optional<sockaddr_storage> AddressOf(std::string_view family, std::string_view text,
                                          std::string_view port_text) {
  const std::string host(text);
  const auto port = PortOf(port_text);
  if (!port) return std::nullopt;
  in_addr v4{};
  in6_addr v6{};
  if (family == "TCP4" && inet_pton(AF_INET, host.c_str(), &v4) == 1) return StoreV4(&v4, *port);
  if (family == "TCP6" && inet_pton(AF_INET6, host.c_str(), &v6) == 1) return StoreV6(&v6, *port);
  return std::nullopt;
}

// Section 2.1: "PROXY TCP4 <source> <destination> <port> <port>\r\n", or "PROXY UNKNOWN …\r\n".
Outcome ParseLine(std::string_view bytes, ProxyHeader* header) {
  const size_t end = bytes.substr(0, kMaxLine).find("\r\n");
  if (end == std::string_view::npos) {
    return bytes.size() < kMaxLine ? Outcome::kNeedMore : Outcome::kTooLong;
  }
  header->size = end + 2;
  const std::string_view text = bytes.substr(kLineStart.size(), end - kLineStart.size());
  if (text == "UNKNOWN" || text.starts_with("UNKNOWN ")) return Outcome::kDone;
  std::array<std::string_view, 5> words;
  if (!Split(text, &words)) return Outcome::kMalformed;
  header->source = AddressOf(words[0], words[1], words[3]);
  const bool is_sound = header->source && AddressOf(words[0], words[2], words[4]);
  return is_sound ? Outcome::kDone : Outcome::kMalformed;
}

// What follows the fixed part, by family and transport (section 2.2): source and destination, then
// their ports.
Outcome ReadAddresses(uint8_t family, ByteSpan rest, ProxyHeader* header) {
  constexpr uint8_t kUnspecified = 0x00, kTcp4 = 0x11, kTcp6 = 0x21, kUnix = 0x31;
  constexpr size_t kV4Bytes = 12, kV6Bytes = 36, kUnixBytes = 216;
  switch (family) {
    case kUnspecified:
      return Outcome::kDone;
    case kTcp4:
      if (rest.size() < kV4Bytes) return Outcome::kMalformed;
      header->source = StoreV4(rest.data(), LoadBe16(&rest[8]));
      return Outcome::kDone;
    case kTcp6:
      if (rest.size() < kV6Bytes) return Outcome::kMalformed;
      header->source = StoreV6(rest.data(), LoadBe16(&rest[32]));
      return Outcome::kDone;
    case kUnix:
      return rest.size() < kUnixBytes ? Outcome::kMalformed : Outcome::kDone;
    default:  // datagrams, which a stream does not come from
      return Outcome::kMalformed;
  }
}

Outcome ParseBinary(ByteSpan bytes, ProxyHeader* header) {
  constexpr uint8_t kLocal = 0x20, kProxy = 0x21;  // of version 2
  if (bytes.size() < kFixedBytes) return Outcome::kNeedMore;
  const uint8_t command = bytes[12];
  if (command != kLocal && command != kProxy) return Outcome::kMalformed;
  header->size = kFixedBytes + LoadBe16(&bytes[14]);
  if (header->size > kMaxProxyHeaderBytes) return Outcome::kTooLong;
  if (bytes.size() < header->size) return Outcome::kNeedMore;
  if (command == kLocal) return Outcome::kDone;
  const ByteSpan rest = bytes.subspan(kFixedBytes, header->size - kFixedBytes);
  return ReadAddresses(bytes[13], rest, header);
}

}  // namespace

ProxyHeaderOutcome ParseProxyHeader(ByteSpan bytes, ProxyHeader* header) {
  *header = {};
  const std::string_view text = AsText(bytes);
  if (MayBegin(text, kSignature)) {
    return bytes.size() < kSignature.size() ? Outcome::kNeedMore : ParseBinary(bytes, header);
  }
  if (!MayBegin(text, kLineStart)) return Outcome::kMalformed;
  return bytes.size() < kLineStart.size() ? Outcome::kNeedMore : ParseLine(text, header);
}

}  // namespace sluice::transport
