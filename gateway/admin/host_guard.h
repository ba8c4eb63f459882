#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log_limit.h"
#include "base/metrics.h"
#include "http/http_session.h"

namespace sluice::admin {

// Answers only requests that mean this gateway. A web page whose name is made to lead to the
// gateway's address (DNS rebinding) has its visitor's browser read /metrics and /status and tell
// them to the page; the browser then says the page's name in Host, and the page's address in Origin
// or Referer. One thread.
//
// Good names are localhost and the loopback addresses, the address that the server is bound to (any
// address when it is bound to all: a page cannot take an address for its name), and `hosts`. Ports
// do not matter. Who says no Host is no browser.
class HostGuard {
 public:
  // `hosts` are names or addresses without ports. Counts in sluice_admin_refused_total. The metrics
  // and the clock outlive the guard.
  HostGuard(std::string_view bind, const std::vector<std::string>& hosts, const Clock& clock,
            Metrics& metrics);

  // Why the request is not answered, in words that help somebody who meant well; none if it is.
  std::optional<http::Response> Judge(const http::RequestHead& request);

 private:
  bool IsGood(std::string_view host) const;
  http::Response Refuse(int status, std::string_view what, std::string_view name, Counter& counter);

  const bool bound_to_all_;
  std::vector<std::string> hosts_;
  const Clock& clock_;
  Counter &wrong_hosts_, &wrong_origins_;
  LogLimit log_limit_;
};

}  // namespace sluice::admin
