#include "tools/status_command.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "admin/admin_client.h"
#include "base/status.h"
#include "transport/socket_address.h"

namespace sluice::tools {
namespace {

constexpr const char* kUsualDirectory = "/var/lib/sluice";  // of the packages and the image

struct StatusOptions {
  std::string directory = kUsualDirectory;
  std::string admin;
};

// Looks a name up, which the loop does not: "gw7.example.net:9464" → "192.0.2.7:9464".
Result<std::string> Resolve(const std::string& admin) {
  if (transport::ParseSocketAddress(admin).ok()) return admin;
  const size_t colon = admin.rfind(':');
  if (colon == std::string::npos) return Status::InvalidArgument(admin + " is no HOST:PORT");
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(admin.substr(0, colon).c_str(), admin.substr(colon + 1).c_str(),
                                  &hints, &found);
  if (error != 0) return Status::Unavailable(admin + ": " + ::gai_strerror(error));
  sockaddr_storage address{};
  std::memcpy(&address, found->ai_addr, found->ai_addrlen);
  ::freeaddrinfo(found);
  return transport::FormatSocketAddress(address);
}

Result<http::Response> AskFromAfar(const std::string& admin) {
  const Result<std::string> address = Resolve(admin);
  if (!address.ok()) return address.status();
  return admin::Ask({.address = *address, .host = admin, .path = "/status"});
}

Result<http::Response> AskHere(const std::string& directory) {
  return admin::Ask({.address = admin::ControlAddress(directory), .path = "/status"});
}

}  // namespace

int StatusCommand(const std::string& directory, const std::string& admin) {
  const bool is_here = admin.empty();
  const auto response = is_here ? AskHere(directory) : AskFromAfar(admin);
  if (!response.ok()) {
    const std::string hint =
        is_here ? fmt::format(
                      "is a gateway running whose data_dir is {} (see --dir), and may you "
                      "use its control.sock, as its user or group?",
                      directory)
                : "is the gateway running, and is this its [admin] bind?";
    fmt::print(stderr, "sluice: {}; {}\n", response.status().message(), hint);
    return 1;
  }
  if (response->status != 200) {
    fmt::print(stderr, "sluice: {} answered with {}: {}\n", is_here ? directory : admin,
               response->status, response->body);
    return 1;
  }
  fmt::print("{}", response->body);
  return 0;
}

void AddStatus(CLI::App& app, int* exit_code) {
  CLI::App* status = app.add_subcommand("status", "Print the books of a running gateway");
  auto options = std::make_shared<StatusOptions>();
  status->add_option("--dir", options->directory, "data_dir of a gateway on this machine")
      ->envname("SLUICE_DIR")
      ->capture_default_str();
  status->add_option("--admin", options->admin, "ask from afar: the gateway's [admin] bind");
  status->callback(
      [options, exit_code] { *exit_code = StatusCommand(options->directory, options->admin); });
}

}  // namespace sluice::tools
