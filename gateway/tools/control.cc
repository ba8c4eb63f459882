#include "tools/control.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "admin/admin_client.h"

namespace sluice::tools {

Result<http::Response> AskControl(const std::string& directory, const std::string& path,
                                  std::optional<std::string> form) {
  auto response = admin::Ask(
      {.address = admin::ControlAddress(directory), .path = path, .form = std::move(form)});
  if (response.ok()) return response;
  return Status::Unavailable(
      fmt::format("{}; is a gateway running whose data_dir is {}, and may you use its "
                  "control.sock, as its user or group?",
                  response.status().message(), directory));
}

std::string WhyNot(http::Response refusal) {
  while (refusal.body.ends_with('\n')) refusal.body.pop_back();
  return std::move(refusal.body);
}

int Complain(const Status& status) {
  fmt::print(stderr, "sluice: {}\n", status.message());
  return 1;
}

}  // namespace sluice::tools
