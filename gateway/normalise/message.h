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

// Attributes that no profile may give, since the gateway relies on it.
inline constexpr std::string_view kReplayOf = "replay_of";
inline constexpr std::string_view kReplayEvents = "replay_events";

// A publish as it came in. Views, valid for the call they are given to.
struct Message {
  std::string_view topic = {};
  ByteSpan payload = {};
  std::string_view identity = {};  // of the publishing client
  WallTime received = {};
  MonotonicTime now = {};             // likewise; decoders limit by it what they ask of devices
  bool clock_is_set = true;           // Clock::WallIsSet() when it was received
  std::string_view traceparent = {};  // MQTT 5 user property of that name, if any
  const SpeakerRules* speakers = nullptr;  // null: the publisher may speak for anybody
  // When it is replayed: the id of the dead letter that holds it, and of how many events it is, if
  // that is known and more than one. They become attributes of its events.
  std::string_view replay_of = {};
  size_t replay_events = 0;
};

// The stream that the events go to, as it is now.
struct Target {
  std::string_view gateway = {};
  std::string_view stream = {};
  uint64_t next_offset = 0;  // the first event gets this offset, the others follow
};

}  // namespace sluice::normalise
