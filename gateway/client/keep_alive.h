#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace sluice::client {

// Says something before the server must think that we are gone [MQTT-3.1.2-20], and notices when
// the server is. Packets of either side cost no timer operation: when the deadline is reached it
// may turn out to have moved.
//
// A PINGREQ is due when either side has been silent for nearly the interval: publishes may vanish
// on a link of which one half is dead. After it any packet shows that the server lives: on a slow
// link PINGREQ stands behind all that was published before, and PINGRESP may take as long as other
// packets come.
//
// Invariant, asserted by CheckInvariants(): nothing is asked before Start or with an interval of 0.
class KeepAlive {
 public:
  enum class Due : uint8_t { kNothing, kPing, kTimeout };

  // From now on, unless `seconds` is 0.
  void Start(MonotonicTime now, uint16_t seconds, Duration ping_timeout);
  void OnSent(MonotonicTime now) { last_sent_ = now; }
  void OnReceived(MonotonicTime now) { last_received_ = now; }
  // False if no PINGREQ waits for it.
  [[nodiscard]] bool OnPingresp(MonotonicTime now);
  // kPing: a PINGREQ must be sent, and is taken for sent.
  Due Tick(MonotonicTime now);
  std::optional<MonotonicTime> deadline() const;

  void CheckInvariants() const;

 private:
  MonotonicTime PingAt() const;
  MonotonicTime TimeoutAt() const;

  Duration interval_{0};  // after which a silence is ended; 0: never
  Duration ping_timeout_{0};
  MonotonicTime last_sent_{};
  MonotonicTime last_received_{};
  uint32_t unanswered_ = 0;          // PINGREQs
  MonotonicTime answer_due_from_{};  // of the oldest of them
};

}  // namespace sluice::client
