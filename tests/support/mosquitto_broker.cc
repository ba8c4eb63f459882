#include "support/mosquitto_broker.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/status.h"

namespace sluice::test {
namespace {

constexpr const char* kProgram = "/usr/sbin/mosquitto";
constexpr int kAttempts = 5;
constexpr int kPollMillis = 20;
constexpr int kMaxPolls = 500;

// In the child. The broker goes with the test, however that ends, and holds none of its pipes.
[[noreturn]] void RunBroker(const char* config, const char* log) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (fd < 0) _exit(127);
  dup2(fd, STDOUT_FILENO);
  dup2(fd, STDERR_FILENO);
  execl(kProgram, kProgram, "-c", config, nullptr);
  _exit(127);
}

int NewSocket() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  SLUICE_CHECK(fd >= 0);
  return fd;
}

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
  const int fd = NewSocket();
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
  const std::string log = directory_.File("mosquitto.log");
  pid_ = fork();
  if (pid_ == 0) RunBroker(config.c_str(), log.c_str());
  SLUICE_CHECK(pid_ > 0);
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
  const int fd = NewSocket();
  const sockaddr_in address = Loopback(port_);
  const int failed = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  close(fd);
  return failed == 0;
}

// Stopped when it returns: the signal alone would let it answer something still.
void MosquittoBroker::Pause() {
  kill(pid_, SIGSTOP);
  SLUICE_CHECK(waitpid(pid_, nullptr, WUNTRACED) == pid_);
}

void MosquittoBroker::Resume() { kill(pid_, SIGCONT); }

void MosquittoBroker::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string MosquittoConfigOf(const UplinkRig::Terms& terms, const TemporaryDirectory& directory) {
  std::string config = terms.knows_us ? "allow_anonymous true\n" : "allow_anonymous false\n";
  if (terms.max_in_flight != 0) {
    config += "max_inflight_messages " + std::to_string(terms.max_in_flight) + "\n";
  }
  if (terms.max_message_bytes != 0) {
    config += "max_packet_size " + std::to_string(terms.max_message_bytes) + "\n";
  }
  if (!terms.refused_topic.empty()) {
    const std::string acl = directory.File("acl");
    std::ofstream(acl) << "user somebody\ntopic readwrite #\ntopic deny " << terms.refused_topic
                       << "\n";
    config += "acl_file " + acl + "\n";
  }
  return config;
}

}  // namespace sluice::test
