#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "support/temporary_directory.h"

namespace sluice::test {

// A port of the loopback address that was free a moment ago: for programs that cannot be told "any
// port". Another process may take it first, so whoever uses it tries again with another.
uint16_t FreeLoopbackPort();

// A program of others that runs for a test: a child in a directory of its own, what it says in a
// file there. It is killed with the object, and with the test however that ends.
class BrokerProcess {
 public:
  BrokerProcess() = default;
  ~BrokerProcess() { Kill(); }
  BrokerProcess(const BrokerProcess&) = delete;
  BrokerProcess& operator=(const BrokerProcess&) = delete;

  static bool Installed(const char* program);

  // `environment` ("NAME=value") is added to PATH, the only variable that it inherits.
  void Start(const std::vector<std::string>& command,
             const std::vector<std::string>& environment = {});
  // True once it takes connections at `port`, or has said `word`; false if it ended before, or does
  // nothing of the kind for a long time.
  bool WaitUntilListening(uint16_t port);
  bool WaitUntilSaid(const std::string& word);
  void Kill();  // SIGKILL
  // SIGSTOP: the kernel still takes connections and bytes for it.
  void Pause();
  void Resume();

  std::string Said() const;
  const TemporaryDirectory& directory() const { return directory_; }
  // Writes a file into the directory; its path.
  std::string Write(const std::string& name, const std::string& content) const;

 private:
  template <typename Condition>
  bool WaitFor(const Condition& condition);

  TemporaryDirectory directory_;
  pid_t pid_ = -1;
};

}  // namespace sluice::test
