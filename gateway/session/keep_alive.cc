#include "session/keep_alive.h"

#include "base/status.h"

namespace sluice::session {

using std::chrono::milliseconds;

// One and a half times what the client promised [MQTT-3.1.2-22].
void KeepAlive::Start(uint16_t seconds, Output* out) {
  longest_silence_ = milliseconds(1500 * int64_t{seconds});
  if (seconds != 0) StartTimer(longest_silence_, out);
}

void KeepAlive::Stop(Output* out) {
  if (timer_runs_) out->actions.push_back(StopTimer{TimerKind::kKeepAlive});
  timer_runs_ = false;
}

void KeepAlive::SetReading(bool reading) {
  reading_ = reading;
  if (!reading) silence_excused_ = true;
}

bool KeepAlive::OnTimer(MonotonicTime now, bool receiving, Output* out) {
  if (!timer_runs_) return false;  // It fired while it was being stopped.
  timer_runs_ = false;
  ExcuseSilence(now, receiving);
  const Duration left = last_packet_at_ + longest_silence_ - now;
  if (left <= Duration::zero()) return true;
  StartTimer(std::chrono::ceil<milliseconds>(left), out);
  return false;
}

void KeepAlive::ExcuseSilence(MonotonicTime now, bool receiving) {
  const bool deaf = !reading_ || !receiving;
  if (deaf || silence_excused_) last_packet_at_ = now;
  silence_excused_ = deaf;
}

void KeepAlive::StartTimer(milliseconds duration, Output* out) {
  timer_runs_ = true;
  out->actions.push_back(session::StartTimer{TimerKind::kKeepAlive, duration});
}

void KeepAlive::CheckInvariants() const {
  SLUICE_CHECK(!timer_runs_ || longest_silence_ > milliseconds::zero());
  SLUICE_CHECK(reading_ || silence_excused_);
}

}  // namespace sluice::session
