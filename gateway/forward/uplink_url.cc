#include "forward/uplink_url.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace sluice::forward {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameCharacter(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

// RFC 1123, and the underscore that some networks use all the same.
bool IsHostName(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty() || host.size() > 253) return false;
  while (true) {
    const std::string_view label = host.substr(0, host.find('.'));
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-' ||
        !std::all_of(label.begin(), label.end(), IsNameCharacter)) {
      return false;
    }
    if (label.size() == host.size()) return true;
    host.remove_prefix(label.size() + 1);
  }
}

bool IsAddress(int family, std::string_view text) {
  in6_addr address;
  return inet_pton(family, std::string(text).c_str(), &address) == 1;
}

// A name of digits and dots alone would be taken for an address.
bool IsHost(std::string_view host) {
  const bool numeric =
      std::all_of(host.begin(), host.end(), [](char c) { return IsDigit(c) || c == '.'; });
  return numeric ? IsAddress(AF_INET, host) : IsHostName(host);
}

// What MQTT's servers listen on (section 6.0 names none, and all of them have this one).
constexpr std::string_view kDefaultPath = "/mqtt";

// Printable ASCII that needs no escape in a request line; a query may follow.
bool IsPath(std::string_view path) {
  return std::all_of(path.begin(), path.end(),
                     [](char c) { return c > ' ' && c < 0x7F && c != '#'; });
}

Status Refuse(std::string_view url, std::string_view why) {
  return Status::InvalidArgument(fmt::format("'{}' {}", url, why));
}

std::string ListOf(std::span<const UplinkScheme> schemes) {
  std::string list;
  for (size_t i = 0; i < schemes.size(); ++i) {
    if (i > 0) list += i + 1 == schemes.size() ? " or " : ", ";
    list += fmt::format("{}://", schemes[i].name);
  }
  return list;
}

const UplinkScheme* SchemeOf(std::string_view url, std::span<const UplinkScheme> schemes) {
  const size_t end = url.find("://");
  const auto is_it = [&](const UplinkScheme& scheme) { return scheme.name == url.substr(0, end); };
  const auto found = std::find_if(schemes.begin(), schemes.end(), is_it);
  return end == url.npos || found == schemes.end() ? nullptr : &*found;
}

// What follows the host: nothing or ":1883".
std::optional<uint16_t> ParsePort(std::string_view rest, uint16_t default_port) {
  if (rest.empty()) return default_port;
  rest.remove_prefix(1);
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
  if (error != std::errc() || end != rest.data() + rest.size() || port == 0) return std::nullopt;
  return port;
}

// The host of "host:port", which is `host_and_port` up to the result.
Result<size_t> EndOfHost(std::string_view url, std::string_view host_and_port) {
  if (host_and_port.starts_with('[')) {
    const size_t close = host_and_port.find(']');
    if (close == host_and_port.npos || !IsAddress(AF_INET6, host_and_port.substr(1, close - 1))) {
      return Refuse(url, "must have an IPv6 address between its brackets");
    }
    return close + 1;
  }
  if (IsAddress(AF_INET6, host_and_port)) {
    return Refuse(url, "must have its IPv6 address in brackets");
  }
  const size_t end = std::min(host_and_port.find(':'), host_and_port.size());
  if (IsHost(host_and_port.substr(0, end))) return end;
  return Refuse(url, "must name a host: a name such as broker.example.com, or an address");
}

}  // namespace

std::string UplinkUrl::HostAndPort() const {
  const bool is_v6 = host.find(':') != host.npos;
  return is_v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Result<UplinkUrl> ParseUplinkUrl(std::string_view text, std::span<const UplinkScheme> schemes) {
  // First of all: a text that may hold a password must not be quoted.
  if (text.find('@') != text.npos) {
    return Status::InvalidArgument(
        "must not contain a name or password; use username and password_file");
  }
  const UplinkScheme* const scheme = SchemeOf(text, schemes);
  if (scheme == nullptr) return Refuse(text, "must begin with " + ListOf(schemes));
  std::string_view host_and_port = text.substr(scheme->name.size() + 3);
  std::string_view path;
  if (scheme->websocket) {
    const size_t slash = std::min(host_and_port.find_first_of("/?#"), host_and_port.size());
    path = host_and_port.substr(slash);
    host_and_port = host_and_port.substr(0, slash);
    if (path.empty() || path == "/") path = kDefaultPath;
    if (!path.starts_with('/') || !IsPath(path)) {
      return Refuse(text, "must have a path of printable ASCII that begins with '/'");
    }
  }
  if (host_and_port.find_first_of("/?#") != host_and_port.npos) {
    return Refuse(text, "must have nothing after the host and its port");
  }
  const auto end = EndOfHost(text, host_and_port);
  if (!end.ok()) return end.status();
  const std::string_view rest = host_and_port.substr(*end);
  const auto port =
      rest.empty() || rest.front() == ':' ? ParsePort(rest, scheme->default_port) : std::nullopt;
  if (!port) return Refuse(text, "must end with the host, or with ':' and a port from 1 to 65535");
  std::string_view host = host_and_port.substr(0, *end);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return UplinkUrl{std::string(text), *scheme, std::string(host), *port, std::string(path)};
}

}  // namespace sluice::forward
