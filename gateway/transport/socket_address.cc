#include "transport/socket_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <array>
#include <charconv>
#include <cstring>

namespace sluice::transport {
namespace {

Status Refuse(std::string_view text) {
  return Status::InvalidArgument(fmt::format(
      "'{}' is no address to use: write ADDRESS:PORT with a numeric address or localhost, "
      "for IPv6 [ADDRESS]:PORT",
      text));
}

bool ParsePort(std::string_view text, uint16_t* port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *port);
  return error == std::errc() && end == text.data() + text.size();
}

// The structures of the socket interface are views of one storage; copying keeps that well defined.
template <typename Address>
sockaddr_storage Store(const Address& address) {
  sockaddr_storage storage{};
  std::memcpy(&storage, &address, sizeof address);
  return storage;
}

template <typename Address>
Address Load(const sockaddr_storage& storage) {
  Address address;
  std::memcpy(&address, &storage, sizeof address);
  return address;
}

}  // namespace

Result<sockaddr_storage> ParseSocketAddress(std::string_view text) {
  const size_t colon = text.rfind(':');
  uint16_t port = 0;
  if (colon == std::string_view::npos || !ParsePort(text.substr(colon + 1), &port)) {
    return Refuse(text);
  }
  std::string host(text.substr(0, colon));
  if (host == "localhost") host = "127.0.0.1";
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) return Store(v4);
  if (host.size() < 2 || host.front() != '[' || host.back() != ']') return Refuse(text);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  host = host.substr(1, host.size() - 2);
  if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) return Store(v6);
  return Refuse(text);
}

std::string FormatSocketAddress(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    const auto v4 = Load<sockaddr_in>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return fmt::format("{}:{}", text.data(), PortOf(address));
  }
  const auto v6 = Load<sockaddr_in6>(address);
  inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  return fmt::format("[{}]:{}", text.data(), PortOf(address));
}

uint16_t PortOf(const sockaddr_storage& address) {
  return ntohs(address.ss_family == AF_INET ? Load<sockaddr_in>(address).sin_port
                                            : Load<sockaddr_in6>(address).sin6_port);
}

}  // namespace sluice::transport
