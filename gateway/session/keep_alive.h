#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.h"
#include "session/action.h"

namespace sluice::session {

// Whether the client has kept its promise to be heard, as far as we were listening. Its timer is
// not restarted for each packet, which would cost a timer operation a message: when it fires, it is
// started again for what is left since the last one.
//
// Invariants, asserted by CheckInvariants(): the timer runs only for a client that promised
// something; while nothing is read, silence is excused.
class KeepAlive {
 public:
  // Watches from now on, unless `seconds` is 0.
  void Start(uint16_t seconds, Output* out);
  void Stop(Output* out);
  void OnPacket(MonotonicTime now) { last_packet_at_ = now; }
  // The owner stopped (false) or resumed reading.
  void SetReading(bool reading);
  // The timer fired. `receiving`: whether the session takes packets. True if the client has been
  // silent for too long; otherwise the timer runs again.
  [[nodiscard]] bool OnTimer(MonotonicTime now, bool receiving, Output* out);

  bool timer_runs() const { return timer_runs_; }
  void CheckInvariants() const;

 private:
  void StartTimer(std::chrono::milliseconds duration, Output* out);
  void ExcuseSilence(MonotonicTime now, bool receiving);

  std::chrono::milliseconds longest_silence_{0};
  MonotonicTime last_packet_at_;
  bool timer_runs_ = false;
  bool reading_ = true;
  // Since the last look we may have kept the client from being heard.
  bool silence_excused_ = false;
};

}  // namespace sluice::session
