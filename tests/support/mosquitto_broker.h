#pragma once

#include <cstdint>
#include <string>

#include "support/broker_process.h"
#include "support/uplink_rig.h"

namespace sluice::test {

// A real Mosquitto on a free loopback port, for as long as the object lives.
class MosquittoBroker {
 public:
  // `extra` are further lines of its configuration.
  explicit MosquittoBroker(const std::string& extra = "");

  // Whether the program is installed.
  static bool Available();

  std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(port_); }
  void Start();  // on the port it had
  void Kill() { process_.Kill(); }
  void Pause() { process_.Pause(); }
  void Resume() { process_.Resume(); }
  const TemporaryDirectory& directory() const { return process_.directory(); }

 private:
  bool Spawn();

  BrokerProcess process_;
  const std::string extra_;
  uint16_t port_ = 0;
};

// The lines of its configuration for an upstream with these terms, of which clients call themselves
// somebody. Files that it needs are made in `directory`, which outlives the broker.
std::string MosquittoConfigOf(const UplinkRig::Terms& terms, const TemporaryDirectory& directory);

}  // namespace sluice::test
