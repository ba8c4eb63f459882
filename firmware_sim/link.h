#pragma once

#include <cstdint>
#include <string>

#include "firmware_sim/dialect.h"

namespace sluice::fleet {

// Something that happened on the network to the device with this index.
struct LinkEvent {
  enum class Kind : uint8_t {
    kConnected,      // session_present
    kConnectFailed,  // text
    kLost,
    kDisconnected,  // our own wish was carried out
    kAcknowledged,  // seq
    kRefused,       // seq, reason_code (0: none was received)
  };
  Kind kind = Kind::kLost;
  uint32_t device = 0;
  uint32_t attempt =
      0;  // which Connect it belongs to, so that late news of an old one is told apart
  bool session_present = false;
  uint8_t reason_code = 0;
  uint64_t seq = 0;
  std::string text = {};
};

// Where a link puts its events; called from any thread, must not block.
class LinkListener {
 public:
  virtual ~LinkListener() = default;
  virtual void Post(LinkEvent event) = 0;
};

// The MQTT client of one device. Calls come from one thread and return at once; every outcome is an
// event.
class Link {
 public:
  virtual ~Link() = default;
  virtual void Connect(bool resume) = 0;
  // Leaves the session and what is in flight as they are.
  virtual void Disconnect() = 0;
  virtual void Publish(uint64_t seq, int qos, const Message& message) = 0;
  // The number of the last Connect; events with another one are old.
  virtual uint32_t attempt() const = 0;
};

}  // namespace sluice::fleet
