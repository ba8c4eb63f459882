#include "session/session.h"

namespace sluice::session {

using codec::ReasonCode;
using std::chrono::milliseconds;

void Session::Start(Output* out) {
  StartTimerFor(TimerKind::kConnect, limits_.connect_timeout, out);
}

void Session::StartKeepAlive(Output* out) {
  if (keep_alive_seconds_ != 0) StartTimerFor(TimerKind::kKeepAlive, KeepAlive(), out);
}

// One and a half times what the client promised [MQTT-3.1.2-22].
milliseconds Session::KeepAlive() const {
  return milliseconds(1500 * int64_t{keep_alive_seconds_});
}

void Session::OnTimer(TimerKind kind, MonotonicTime now, Output* out) {
  bool& runs = timer_runs_[static_cast<size_t>(kind)];
  if (!runs) return;  // It fired while it was being stopped.
  runs = false;
  if (kind == TimerKind::kKeepAlive) return OnKeepAlive(now, out);
  counters_.connect_timeouts.Add();
  End(CloseCause::kTimeout, {ReasonCode::kUnspecifiedError, "no CONNECT in time"}, out);
}

// The timer is not restarted for each packet, which would cost a timer operation a message: when it
// fires, it is started again for what is left since the last one.
void Session::OnKeepAlive(MonotonicTime now, Output* out) {
  const bool blocked = !reading_ || !CanReceive();
  if (blocked || silence_excused_) last_packet_at_ = now;
  silence_excused_ = blocked;
  const Duration left = last_packet_at_ + KeepAlive() - now;
  if (left > Duration::zero()) {
    return StartTimerFor(TimerKind::kKeepAlive, std::chrono::ceil<milliseconds>(left), out);
  }
  counters_.keep_alive_timeouts.Add();
  Fail(CloseCause::kTimeout, {ReasonCode::kKeepAliveTimeout, "[MQTT-3.1.2-22] silence"}, out);
}

void Session::StartTimerFor(TimerKind kind, milliseconds duration, Output* out) {
  timer_runs_[static_cast<size_t>(kind)] = true;
  out->actions.push_back(StartTimer{kind, duration});
}

void Session::StopTimers(Output* out) {
  for (size_t i = 0; i < kTimerKinds; ++i) {
    if (timer_runs_[i]) out->actions.push_back(StopTimer{static_cast<TimerKind>(i)});
    timer_runs_[i] = false;
  }
}

}  // namespace sluice::session
