#include "app/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace sluice::app {
namespace {

// A watchdog of less than this would be answered for a good part of the time.
constexpr uint64_t kShortestWatchdogUsec = 1000;
constexpr uint64_t kLongestWatchdogUsec = uint64_t{24} * 3600 * 1'000'000;

std::optional<Duration> HalfOf(std::string_view usec) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(usec.data(), usec.data() + usec.size(), value);
  if (error != std::errc() || end != usec.data() + usec.size()) return std::nullopt;
  if (value < kShortestWatchdogUsec || value > kLongestWatchdogUsec) return std::nullopt;
  return std::chrono::microseconds(value / 2);
}

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

ServiceManager::ServiceManager(std::string socket, std::string_view watchdog_usec)
    : socket_(std::move(socket)) {
  if (!socket_.empty()) heartbeat_ = HalfOf(watchdog_usec);
}

ServiceManager ServiceManager::FromEnvironment() {
  return ServiceManager(Variable("NOTIFY_SOCKET"), Variable("WATCHDOG_USEC"));
}

void ServiceManager::Send(std::string_view message) const {
  sockaddr_un address = {};
  if (socket_.empty() || socket_.size() >= sizeof(address.sun_path)) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  [[maybe_unused]] const ssize_t sent =
      ::sendto(fd, message.data(), message.size(), MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), length);
  ::close(fd);
}

}  // namespace sluice::app
