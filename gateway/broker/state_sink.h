#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "codec/protocol.h"

namespace sluice::broker {

// A retained message as it outlives the process: nothing in it counts from the machine's start.
// Views.
struct RetainedRecord {
  std::string_view topic = {};
  std::string_view holder = {};  // the party whose share it takes
  codec::Qos qos = codec::Qos::kAtMostOnce;
  // When it came, from which its expiry interval counts. Nothing: the clock was not to be trusted.
  std::optional<WallTime> received = {};
  ByteSpan properties = {};  // encoded as in PUBLISH, with their length in front; or empty
  ByteSpan payload = {};
};

// Where the broker's state goes that shall outlive the process. The broker keeps what has changed,
// each topic once, until it is asked (Broker::HandOverRetained): whoever writes slowly gets the
// latest of each, and no queue can overflow. Loop thread only; must not call the broker from within
// but where it says so.
class StateSink {
 public:
  virtual ~StateSink() = default;

  // Something waits. Told with every change, so it has to be cheap.
  virtual void OnRetainedWaits() = 0;

  // From within HandOverRetained:
  virtual bool has_room() const = 0;
  virtual void RetainedChanged(const RetainedRecord& record) = 0;
  virtual void RetainedRemoved(std::string_view topic) = 0;
};

}  // namespace sluice::broker
