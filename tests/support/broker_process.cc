#include "support/broker_process.h"

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
#include <iterator>

#include "base/status.h"

namespace sluice::test {
namespace {

constexpr const char* kPath = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
constexpr int kPollMillis = 20;
constexpr int kMaxPolls = 3000;

std::vector<char*> Pointers(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// In the child. The program goes with the test, however that ends, and holds none of its pipes.
[[noreturn]] void Run(char* const* command, char* const* environment, const char* log) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int fd = open(log, O_WRONLY | O_APPEND);
  const int nothing = open("/dev/null", O_RDONLY);
  if (fd < 0 || nothing < 0) _exit(127);
  dup2(nothing, STDIN_FILENO);
  dup2(fd, STDOUT_FILENO);
  dup2(fd, STDERR_FILENO);
  execve(command[0], command, environment);
  _exit(127);
}

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int NewSocket() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  SLUICE_CHECK(fd >= 0);
  return fd;
}

bool Listens(uint16_t port) {
  const int fd = NewSocket();
  const sockaddr_in address = Loopback(port);
  const int failed = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  close(fd);
  return failed == 0;
}

}  // namespace

uint16_t FreeLoopbackPort() {
  const int fd = NewSocket();
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  SLUICE_CHECK(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  SLUICE_CHECK(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  close(fd);
  return ntohs(address.sin_port);
}

bool BrokerProcess::Installed(const char* program) { return access(program, X_OK) == 0; }

void BrokerProcess::Start(const std::vector<std::string>& command,
                          const std::vector<std::string>& environment) {
  SLUICE_CHECK(pid_ <= 0);
  std::vector<std::string> variables = environment;
  variables.emplace_back(kPath);
  const std::vector<char*> arguments = Pointers(command);
  const std::vector<char*> pairs = Pointers(variables);
  const std::string log = Write("log", "");  // what one before has said is gone
  pid_ = fork();
  if (pid_ == 0) Run(arguments.data(), pairs.data(), log.c_str());
  SLUICE_CHECK(pid_ > 0);
}

template <typename Condition>
bool BrokerProcess::WaitFor(const Condition& condition) {
  for (int i = 0; i < kMaxPolls && pid_ > 0; ++i) {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
    } else if (condition()) {
      return true;
    } else {
      poll(nullptr, 0, kPollMillis);
    }
  }
  return false;
}

bool BrokerProcess::WaitUntilListening(uint16_t port) {
  return WaitFor([&] { return Listens(port); });
}

bool BrokerProcess::WaitUntilSaid(const std::string& word) {
  return WaitFor([&] { return Said().find(word) != std::string::npos; });
}

// Stopped when it returns: the signal alone would let it answer something still.
void BrokerProcess::Pause() {
  kill(pid_, SIGSTOP);
  SLUICE_CHECK(waitpid(pid_, nullptr, WUNTRACED) == pid_);
}

void BrokerProcess::Resume() { kill(pid_, SIGCONT); }

void BrokerProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string BrokerProcess::Said() const {
  std::ifstream log(directory_.File("log"));
  return {std::istreambuf_iterator<char>(log), {}};
}

std::string BrokerProcess::Write(const std::string& name, const std::string& content) const {
  const std::string path = directory_.File(name);
  std::ofstream(path) << content;
  return path;
}

}  // namespace sluice::test
