#include "mosquitto_broker.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/status.h"

extern char** environ;

namespace sluice::test {
namespace {

constexpr const char* kProgram = "/usr/sbin/mosquitto";
constexpr int kAttempts = 5;
constexpr int kPollMillis = 20;
constexpr int kMaxPolls = 500;

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

bool MosquittoBroker::Available() { return access(kProgram, X_OK) == 0; }

// Mosquitto can't be told "any port": another process may take this one before it does, so the
// constructor tries again.
uint16_t MosquittoBroker::FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  SLUICE_CHECK(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  SLUICE_CHECK(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  close(fd);
  return ntohs(address.sin_port);
}

MosquittoBroker::MosquittoBroker(const std::string& extra) : extra_(extra) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    port_ = FreePort();
    if (Spawn()) return;
  }
  SLUICE_CHECK(!"mosquitto does not start");
}

MosquittoBroker::~MosquittoBroker() { Kill(); }

void MosquittoBroker::Start() { SLUICE_CHECK(Spawn()); }

bool MosquittoBroker::Spawn() {
  const std::string config = directory_.File("mosquitto.conf");
  std::ofstream(config) << "listener " << port_ << " 127.0.0.1\n"
                        << "persistence false\nuser root\n"
                        << extra_ << "\n";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const std::string log = directory_.File("mosquitto.log");
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  const char* arguments[] = {kProgram, "-c", config.c_str(), nullptr};
  const int failed =
      posix_spawn(&pid_, kProgram, &actions, nullptr, const_cast<char* const*>(arguments), environ);
  posix_spawn_file_actions_destroy(&actions);
  SLUICE_CHECK(failed == 0);
  for (int i = 0; i < kMaxPolls; ++i) {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      return false;
    }
    if (Listens()) return true;
    poll(nullptr, 0, kPollMillis);
  }
  Kill();
  return false;
}

bool MosquittoBroker::Listens() const {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port_);
  const int failed = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  close(fd);
  return failed == 0;
}

void MosquittoBroker::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace sluice::test
