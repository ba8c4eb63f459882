#include "tools/status_command.h"

#include <fmt/format.h>
#include <netdb.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>

#include "admin/admin_client.h"
#include "base/status.h"
#include "tools/control.h"
#include "transport/socket_address.h"

namespace sluice::tools {
namespace {

constexpr const char* kUsualInterval = "2";
constexpr const char* kClearScreen = "\033[H\033[2J";  // ECMA-48: CUP, ED

// Looks a name up, which the loop does not: "gw7.example.net:9464" → "192.0.2.7:9464".
Result<std::string> Resolve(const std::string& admin) {
  if (transport::ParseSocketAddress(admin).ok()) return admin;
  const size_t colon = admin.rfind(':');
  if (colon == std::string::npos) return Status::InvalidArgument(admin + " is not HOST:PORT");
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

Result<http::Response> AskFromAfar(const std::string& admin, const std::string& path) {
  const Result<std::string> address = Resolve(admin);
  if (!address.ok()) return address.status();
  return admin::Ask({.address = *address, .host = admin, .path = path});
}

Result<http::Response> AskHere(const std::string& directory, const std::string& path) {
  return admin::Ask({.address = admin::ControlAddress(directory), .path = path});
}

// What the gateway says, or why it does not and what to do.
Result<std::string> AskStatus(const StatusOptions& options) {
  const bool is_here = options.admin.empty();
  const std::string path = options.json ? "/status.json" : "/status";
  const auto response =
      is_here ? AskHere(options.directory, path) : AskFromAfar(options.admin, path);
  if (!response.ok()) {
    const std::string hint =
        is_here ? fmt::format(
                      "is a gateway running whose data_dir is {} (see --dir), and may you "
                      "use its control.sock, as its user or group?",
                      options.directory)
                : "is the gateway running, and is this its [admin] bind?";
    return Status::Unavailable(fmt::format("{}; {}", response.status().message(), hint));
  }
  if (response->status != kOk) {
    return Status::Unavailable(fmt::format("{} answered with {}: {}",
                                           is_here ? options.directory : options.admin,
                                           response->status, response->body));
  }
  return response->body;
}

// One answer a line for programs; people get a screen or, in a file, blocks with a line between.
std::string Block(const StatusOptions& options, const std::string& answer) {
  if (options.json) return answer;
  return ::isatty(STDOUT_FILENO) == 1 ? kClearScreen + answer : answer + "\n";
}

// Nothing is kept that would be lost: every block has left by then.
void EndAtInterrupt() {
  ::signal(SIGINT, [](int) { ::_exit(0); });
}

// A gateway that has answered once is waited for, because it may only be restarting.
int Watch(const StatusOptions& options) {
  EndAtInterrupt();
  for (bool has_answered = false;;) {
    const Result<std::string> answer = AskStatus(options);
    if (answer.ok()) {
      std::fputs(Block(options, *answer).c_str(), stdout);
      has_answered = true;
    } else if (Complain(answer.status()); !has_answered) {
      return 1;
    }
    if (std::fflush(stdout) != 0) return Complain(Status::Unavailable("cannot write the status"));
    std::this_thread::sleep_for(std::chrono::duration<double>(*options.watch_seconds));
  }
}

}  // namespace

int StatusCommand(const StatusOptions& options) {
  if (options.watch_seconds) return Watch(options);
  const Result<std::string> answer = AskStatus(options);
  if (!answer.ok()) return Complain(answer.status());
  fmt::print("{}", *answer);
  return 0;
}

void AddStatus(CLI::App& app, int* exit_code) {
  CLI::App* status = app.add_subcommand("status", "Print the books of a running gateway");
  auto options = std::make_shared<StatusOptions>();
  status->add_option("--dir", options->directory, "data_dir of a gateway on this machine")
      ->envname("SLUICE_DIR")
      ->capture_default_str();
  status->add_option("--admin", options->admin, "ask from afar: the gateway's [admin] bind");
  status->add_flag("--json", options->json, "one line of JSON, see docs/status.md");
  status
      ->add_option("--watch", options->watch_seconds,
                   "again every so many seconds (2 unless given), until Ctrl-C")
      ->option_text("[SECONDS]")
      ->expected(0, 1)
      ->default_str(kUsualInterval)
      ->check(CLI::Range(0.1, 86'400.0));
  status->callback([options, exit_code] { *exit_code = StatusCommand(*options); });
}

}  // namespace sluice::tools
