#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "support/temporary_directory.h"
#include "support/uplink_rig.h"

namespace sluice::test {

// A real Mosquitto on a free loopback port, for as long as the object lives.
class MosquittoBroker {
 public:
  // `extra` are further lines of its configuration.
  explicit MosquittoBroker(const std::string& extra = "");
  ~MosquittoBroker();
  MosquittoBroker(const MosquittoBroker&) = delete;
  MosquittoBroker& operator=(const MosquittoBroker&) = delete;

  // Whether the program is installed.
  static bool Available();

  std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(port_); }
  void Start();  // on the port it had
  void Kill();   // SIGKILL
  // SIGSTOP: the kernel still takes connections and bytes for it.
  void Pause();
  void Resume();
  const TemporaryDirectory& directory() const { return directory_; }

 private:
  static uint16_t FreePort();
  bool Spawn();
  bool Listens() const;

  TemporaryDirectory directory_;
  std::string extra_;
  uint16_t port_ = 0;
  pid_t pid_ = -1;
};

// The lines of its configuration for an upstream with these terms, of which clients call themselves
// somebody. Files that it needs are made in `directory`, which outlives the broker.
std::string MosquittoConfigOf(const UplinkRig::Terms& terms, const TemporaryDirectory& directory);

}  // namespace sluice::test
