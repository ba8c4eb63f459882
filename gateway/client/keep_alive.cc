#include "client/keep_alive.h"

#include <algorithm>

#include "base/status.h"

namespace sluice::client {
namespace {

// So much earlier than promised, for a timer that fires late.
Duration Margin(Duration interval) {
  return std::min<Duration>(interval / 4, std::chrono::seconds(1));
}

}  // namespace

void KeepAlive::Start(MonotonicTime now, uint16_t seconds, Duration ping_timeout) {
  const Duration promised = std::chrono::seconds(seconds);
  interval_ = promised - Margin(promised);
  ping_timeout_ = ping_timeout;
  last_sent_ = last_received_ = now;
}

bool KeepAlive::OnPingresp(MonotonicTime now) {
  if (unanswered_ == 0) return false;
  --unanswered_;
  answer_due_from_ = now;
  return true;
}

MonotonicTime KeepAlive::PingAt() const {
  return (unanswered_ > 0 ? last_sent_ : std::min(last_sent_, last_received_)) + interval_;
}

MonotonicTime KeepAlive::TimeoutAt() const {
  if (unanswered_ == 0) return MonotonicTime::max();
  return std::max(answer_due_from_, last_received_) + ping_timeout_;
}

std::optional<MonotonicTime> KeepAlive::deadline() const {
  if (interval_ == Duration::zero()) return std::nullopt;
  return std::min(PingAt(), TimeoutAt());
}

KeepAlive::Due KeepAlive::Tick(MonotonicTime now) {
  const auto due_at = deadline();
  if (!due_at || now < *due_at) return Due::kNothing;
  if (now >= TimeoutAt()) return Due::kTimeout;
  if (unanswered_++ == 0) answer_due_from_ = now;
  last_sent_ = now;
  return Due::kPing;
}

void KeepAlive::CheckInvariants() const {
  SLUICE_CHECK(interval_ >= Duration::zero());
  SLUICE_CHECK(interval_ > Duration::zero() || unanswered_ == 0);
}

}  // namespace sluice::client
