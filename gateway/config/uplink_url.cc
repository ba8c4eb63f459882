#include "config/uplink_url.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace sluice::config {
namespace {

constexpr std::string_view kPlain = "mqtt://";
constexpr std::string_view kTls = "mqtts://";

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

bool IsPort(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port != 0;
}

Status Refuse(std::string_view url, std::string_view why) {
  return Status::InvalidArgument(fmt::format("'{}' {}", url, why));
}

// What follows the host: nothing or ":1883".
Status CheckRest(std::string_view url, std::string_view rest) {
  if (rest.empty()) return Status::Ok();
  if (rest.front() == ':' && IsPort(rest.substr(1))) return Status::Ok();
  return Refuse(url, "must end with the host, or with ':' and a port from 1 to 65535");
}

}  // namespace

bool IsTlsUrl(std::string_view url) { return url.starts_with(kTls); }

Status CheckUplinkUrl(std::string_view url) {
  if (!url.starts_with(kPlain) && !IsTlsUrl(url)) {
    return Refuse(url, "must begin with mqtt:// or mqtts://");
  }
  const std::string_view authority = url.substr(IsTlsUrl(url) ? kTls.size() : kPlain.size());
  if (authority.find('@') != authority.npos) {
    return Status::InvalidArgument(  // and must not be quoted
        "must not hold a name or password; use username and password_file");
  }
  if (authority.find_first_of("/?#") != authority.npos) {
    return Refuse(url,
                  "must have nothing after the host and its port: MQTT knows no path or query");
  }
  if (authority.starts_with('[')) {
    const size_t end = authority.find(']');
    if (end == authority.npos || !IsAddress(AF_INET6, authority.substr(1, end - 1))) {
      return Refuse(url, "must have an IPv6 address between its brackets");
    }
    return CheckRest(url, authority.substr(end + 1));
  }
  if (IsAddress(AF_INET6, authority)) {
    return Refuse(url, "must have its IPv6 address in brackets");
  }
  const size_t end = std::min(authority.find(':'), authority.size());
  if (!IsHost(authority.substr(0, end))) {
    return Refuse(url, "must name a host: a name such as broker.example.com, or an address");
  }
  return CheckRest(url, authority.substr(end));
}

}  // namespace sluice::config
