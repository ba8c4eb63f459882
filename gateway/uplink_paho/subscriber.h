#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/status.h"
#include "uplink_paho/options.h"

namespace sluice::uplink_paho {

// A blocking subscriber for command-line tools, on Paho MQTT C++. Not for the gateway itself: it
// waits. One thread calls it; Paho's threads fill a bounded queue, and stop reading from the broker
// while it is full.
class PahoSubscriber {
 public:
  // Stops a broker that is faster than our output from filling the memory.
  static constexpr size_t kMaxQueuedBytes = 8 << 20;

  enum class Outcome : uint8_t {
    kMessage,
    kNothing,       // not within the time
    kDisconnected,  // and every message from before has been handed out
  };

  // `options` were checked. Subscribes to `filter` at QoS 1.
  PahoSubscriber(PahoOptions options, std::string filter);
  ~PahoSubscriber();

  // Connects and subscribes; waits up to twice the connect timeout. kPermissionDenied when the
  // broker refuses us, kUnavailable when it is not there. May be called again after kDisconnected.
  Status Connect();
  // The next message's payload.
  Outcome Next(std::chrono::milliseconds timeout, std::string* payload);
  // Messages that came before are still handed out.
  void Disconnect();

 private:
  class Session;
  const PahoOptions options_;
  const std::string filter_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Session> previous_;  // kept a while: Paho still touches a client that failed
};

}  // namespace sluice::uplink_paho
