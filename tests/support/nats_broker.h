#pragma once

#include <cstdint>
#include <string>

#include "support/broker_process.h"
#include "support/uplink_rig.h"

namespace sluice::test {

// A real NATS server with JetStream, which speaks MQTT 3.1.1, on a free loopback port.
class NatsBroker {
 public:
  explicit NatsBroker(const UplinkRig::Terms& terms);

  static bool Available();

  std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(port_); }
  void Start();  // on the port it had
  void Kill() { process_.Kill(); }
  void Pause() { process_.Pause(); }
  void Resume() { process_.Resume(); }

 private:
  BrokerProcess process_;
  std::string config_;
  uint16_t port_ = 0;
};

}  // namespace sluice::test
