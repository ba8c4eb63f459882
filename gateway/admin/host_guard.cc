#include "admin/host_guard.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/label.h"
#include "base/log.h"

namespace sluice::admin {
namespace {

constexpr int kForbidden = 403;
constexpr int kMisdirected = 421;

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

// "host", "host:80", "[::1]:80" → "host", "::1"; a name's last dot is left out.
std::string HostOf(std::string_view authority) {
  if (authority.starts_with('[')) {
    return Lower(authority.substr(1, authority.find(']') - 1));
  }
  std::string_view host = authority.substr(0, authority.rfind(':'));
  if (std::count(authority.begin(), authority.end(), ':') > 1) host = authority;  // bare IPv6
  if (host.ends_with('.')) host.remove_suffix(1);
  return Lower(host);
}

// "http://host:80/path" → "host:80"; empty for "null" and whatever else is no URL.
std::string_view AuthorityOf(std::string_view url) {
  const size_t begin = url.find("://");
  if (begin == std::string_view::npos) return {};
  url.remove_prefix(begin + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const size_t user = url.rfind('@');
  return user == std::string_view::npos ? url : url.substr(user + 1);
}

template <typename Address>
bool Parses(int family, const std::string& host, Address* address) {
  return inet_pton(family, host.c_str(), address) == 1;
}

bool IsAddress(const std::string& host) {
  in_addr v4;
  in6_addr v6;
  return Parses(AF_INET, host, &v4) || Parses(AF_INET6, host, &v6);
}

bool IsLoopback(const std::string& host) {
  in_addr v4;
  in6_addr v6;
  if (Parses(AF_INET, host, &v4)) return ntohl(v4.s_addr) >> 24 == 127;
  return Parses(AF_INET6, host, &v6) ? IN6_IS_ADDR_LOOPBACK(&v6) : host == "localhost";
}

// What a stranger wrote goes into our log and page only as far as it can be a name.
std::string Printable(std::string_view name) {
  std::string text(name.substr(0, 100));
  for (char& c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 &&
        std::string_view(".-_:[]/").find(c) == std::string_view::npos)
      c = '?';
  }
  return text;
}

}  // namespace

HostGuard::HostGuard(std::string_view bind, const std::vector<std::string>& hosts,
                     const Clock& clock, Metrics& metrics)
    : bound_to_all_(HostOf(bind) == "0.0.0.0" || HostOf(bind) == "::"),
      clock_(clock),
      wrong_hosts_(metrics.AddCounter("sluice_admin_refused_total",
                                      "Requests of the admin page that were not answered, by why.",
                                      Label("reason", "host"))),
      wrong_origins_(
          metrics.AddCounter("sluice_admin_refused_total", "", Label("reason", "origin"))) {
  hosts_.push_back(HostOf(bind));
  for (const std::string& host : hosts) hosts_.push_back(HostOf(host));
}

std::optional<http::Response> HostGuard::Judge(const http::RequestHead& request) {
  if (request.hosts > 1 || (request.hosts == 1 && !IsGood(request.host))) {
    return Refuse(kMisdirected, "to the name", request.host, wrong_hosts_);
  }
  for (const std::string_view page : {request.origin, request.referer}) {
    if (!page.empty() && !IsGood(AuthorityOf(page))) {
      return Refuse(kForbidden, "from the web page", page, wrong_origins_);
    }
  }
  return std::nullopt;
}

bool HostGuard::IsGood(std::string_view authority) const {
  const std::string host = HostOf(authority);
  return IsLoopback(host) || (bound_to_all_ && IsAddress(host)) ||
         std::find(hosts_.begin(), hosts_.end(), host) != hosts_.end();
}

http::Response HostGuard::Refuse(int status, std::string_view what, std::string_view name,
                                 Counter& counter) {
  counter.Add();
  const std::string shown = Printable(name);
  if (log_limit_.Allows(clock_.Now())) {
    LogWarn("admin: refused a request {} '{}'; if it is yours, add it to [admin] hosts{}", what,
            shown, log_limit_.LeftOut());
  }
  http::Response response;
  response.status = status;
  response.body = fmt::format(
      "This gateway refuses requests {} '{}'. Ask for its address, or add the name to [admin] "
      "hosts "
      "in its configuration.\n",
      what, shown);
  return response;
}

}  // namespace sluice::admin
