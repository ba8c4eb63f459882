#include "tools/status_command.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "base/status.h"

namespace sluice::tools {
namespace {

// A command that asks once and ends may block; the gateway itself may not.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Result<Addresses> Resolve(const std::string& admin) {
  const size_t colon = admin.rfind(':');
  if (colon == std::string::npos) return Status::InvalidArgument(admin + " is no HOST:PORT");
  std::string host = admin.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), admin.substr(colon + 1).c_str(), &hints, &found);
  if (error != 0) return Status::Unavailable(admin + ": " + ::gai_strerror(error));
  return Addresses(found, &freeaddrinfo);
}

Result<std::string> Get(const std::string& admin, const std::string& path) {
  const auto addresses = Resolve(admin);
  if (!addresses.ok()) return addresses.status();
  const addrinfo& address = **addresses.operator->();
  const Socket socket(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{5, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) != 0) {
    return Status::FromErrno(errno, "connect " + admin);
  }
  const std::string request =
      fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", path, admin);
  if (::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return Status::FromErrno(errno, "send " + admin);
  }
  std::string response;
  char buffer[4096];
  ssize_t got = 0;
  while ((got = ::recv(socket.get(), buffer, sizeof(buffer), 0)) > 0) {
    response.append(buffer, static_cast<size_t>(got));
  }
  if (got < 0) return Status::FromErrno(errno, "receive " + admin);
  return response;
}

}  // namespace

int StatusCommand(const std::string& admin) {
  const auto response = Get(admin, "/status");
  if (!response.ok()) {
    fmt::print(stderr, "sluice: {}; is the gateway running, and is this its [admin] bind?\n",
               response.status().message());
    return 1;
  }
  const size_t body = response->find("\r\n\r\n");
  if (!response->starts_with("HTTP/1.1 200 ") || body == std::string::npos) {
    fmt::print(stderr, "sluice: {} answered: {}\n", admin,
               response->substr(0, response->find('\r')));
    return 1;
  }
  fmt::print("{}", std::string_view(*response).substr(body + 4));
  return 0;
}

void AddStatus(CLI::App& app, int* exit_code) {
  CLI::App* status = app.add_subcommand("status", "Print the books of a running gateway");
  auto admin = std::make_shared<std::string>("127.0.0.1:9464");
  status->add_option("--admin", *admin, "its [admin] bind")->capture_default_str();
  status->callback([admin, exit_code] { *exit_code = StatusCommand(*admin); });
}

}  // namespace sluice::tools
