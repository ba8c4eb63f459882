#include "transport/socket_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/bytes.h"

namespace sluice::transport {
namespace {

constexpr uint64_t kMappedPrefix = 0xffffULL << 32;
// No network has such a lower half.
constexpr uint64_t kUserPrefix = 1ULL << 48;

uint64_t LoadBe64(const uint8_t* bytes) {
  return uint64_t{LoadBe32(bytes)} << 32 | LoadBe32(bytes + 4);
}

Status Refuse(std::string_view text) {
  return Status::InvalidArgument(fmt::format(
      "'{}' is not an address that can be used: write ADDRESS:PORT with a numeric address or "
      "localhost, or [ADDRESS]:PORT for IPv6",
      text));
}

bool ParsePort(std::string_view text, uint16_t* port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *port);
  return error == std::errc() && end == text.data() + text.size();
}

// Takes "%eth0" from the end of a link-local address: the number of that link, nothing if there is
// none of that name.
std::optional<uint32_t> TakeLink(std::string* host) {
  const size_t percent = host->find('%');
  if (percent == std::string::npos) return 0;
  const uint32_t link = if_nametoindex(host->c_str() + percent + 1);
  host->resize(percent);
  return link == 0 ? std::nullopt : std::optional(link);
}

std::string LinkText(uint32_t link) {
  std::array<char, IF_NAMESIZE> name{};
  if (link == 0) return "";
  if (if_indextoname(link, name.data()) == nullptr) return fmt::format("%{}", link);
  return fmt::format("%{}", name.data());
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
  const auto link = TakeLink(&host);
  if (!link) return Refuse(text);
  v6.sin6_scope_id = *link;
  if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) return Store(v6);
  return Refuse(text);
}

Result<SocketAddress> SocketAddress::Parse(std::string_view text) {
  const auto storage = ParseSocketAddress(text);
  if (!storage.ok()) return storage.status();
  return SocketAddress(text, *storage);
}

std::string FormatSocketAddress(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    const auto v4 = Load<sockaddr_in>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return fmt::format("{}:{}", text.data(), PortOf(address));
  }
  const auto v6 = Load<sockaddr_in6>(address);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
    inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text.data(), text.size());
    return fmt::format("{}:{}", text.data(), PortOf(address));
  }
  inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  return fmt::format("[{}{}]:{}", text.data(), LinkText(v6.sin6_scope_id), PortOf(address));
}

uint16_t PortOf(const sockaddr_storage& address) {
  return ntohs(address.ss_family == AF_INET ? Load<sockaddr_in>(address).sin_port
                                            : Load<sockaddr_in6>(address).sin6_port);
}

// IPv4 as in an IPv4-mapped address (RFC 4291, section 2.5.5.2), whichever socket it came through.
SourceAddress SourceOf(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    return {0, kMappedPrefix | ntohl(Load<sockaddr_in>(address).sin_addr.s_addr)};
  }
  if (address.ss_family != AF_INET6) return {};
  const in6_addr v6 = Load<sockaddr_in6>(address).sin6_addr;
  const SourceAddress whole{LoadBe64(v6.s6_addr), LoadBe64(v6.s6_addr + 8)};
  const bool is_mapped = whole.high == 0 && whole.low >> 32 == kMappedPrefix >> 32;
  return is_mapped ? whole : SourceAddress{whole.high, 0};
}

SourceAddress SourceOfUser(uint32_t uid) { return {0, kUserPrefix | uid}; }

std::string FormatSource(const SourceAddress& source) {
  if (source.high == 0 && source.low >> 32 == kUserPrefix >> 32) {
    return fmt::format("uid {}", static_cast<uint32_t>(source.low));
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (source.high == 0 && source.low >> 32 == kMappedPrefix >> 32) {
    const in_addr v4{htonl(static_cast<uint32_t>(source.low))};
    return inet_ntop(AF_INET, &v4, text.data(), text.size());
  }
  in6_addr v6{};
  for (int i = 0; i < 8; ++i) v6.s6_addr[i] = static_cast<uint8_t>(source.high >> (56 - 8 * i));
  return fmt::format("{}/64", inet_ntop(AF_INET6, &v6, text.data(), text.size()));
}

Status CheckBindable(const sockaddr_storage& address) {
  const int fd = ::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  int error = fd < 0 ? errno : 0;
  if (fd >= 0) {
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const socklen_t size =
        address.ss_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0) error = errno;
    ::close(fd);
  }
  if (error == 0 || error == EADDRINUSE) return Status::Ok();
  return Status::FromErrno(error, "listen on " + FormatSocketAddress(address));
}

}  // namespace sluice::transport
