#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"

namespace sluice::normalise {

// For whom a publisher may speak. Implemented by the user of this layer, who knows the rules.
class SpeakerRules {
 public:
  virtual ~SpeakerRules() = default;
  virtual bool MaySpeakFor(std::string_view identity, std::string_view device) const = 0;
};

// A publish as it came in. Views, valid for the call they are given to.
struct Message {
  std::string_view topic = {};
  ByteSpan payload = {};
  std::string_view identity = {};  // of the publishing client
  WallTime received = {};
  bool clock_is_set = true;                // Clock::WallIsSet() when it was received
  std::string_view traceparent = {};       // MQTT 5 user property of that name, if any
  const SpeakerRules* speakers = nullptr;  // null: the publisher may speak for anybody
};

// The stream that the events go to, as it is now.
struct Target {
  std::string_view gateway = {};
  std::string_view stream = {};
  uint64_t next_offset = 0;  // the first event gets this offset, the others follow
};

}  // namespace sluice::normalise
