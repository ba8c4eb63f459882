#pragma once

#include <cstdint>
#include <string>

#include "support/broker_process.h"

namespace sluice::test {

// A real RabbitMQ with its MQTT plugin (3.1.1) on a free loopback port, a node of its own with a
// port mapper of its own. It needs seconds to start: share one between tests. It knows the users
// somebody (whose password is "wrong") and reader (whose password is "reader").
class RabbitMqBroker {
 public:
  RabbitMqBroker();

  static bool Available();

  std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(port_); }
  void Start();  // on the port it had
  void Kill() { process_.Kill(); }
  void Pause() { process_.Pause(); }
  void Resume() { process_.Resume(); }

 private:
  bool StartMapper();
  bool Spawn();

  BrokerProcess mapper_;
  BrokerProcess process_;
  uint16_t mapper_port_ = 0;
  uint16_t port_ = 0;
};

}  // namespace sluice::test
