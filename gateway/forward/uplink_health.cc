#include "forward/uplink_health.h"

#include <fmt/format.h>

namespace sluice::forward {

UplinkHealth::UplinkHealth(const std::string& uplink, Health& health)
    : not_connected_(health.Add("uplink " + uplink, "not_connected")),
      turned_away_(health.Add("uplink " + uplink, "turned_away")),
      status_untold_(health.Add("uplink " + uplink, "status_untold")),
      not_acknowledging_(health.Add("uplink " + uplink, "not_acknowledging")) {}

void UplinkHealth::OnStarted(MonotonicTime now) {
  away_since_ = now;
  why_ = "no answer yet";
}

void UplinkHealth::OnStopped() {
  away_since_.reset();
  not_connected_->Clear();
  turned_away_->Clear();
  status_untold_->Clear();
  not_acknowledging_->Clear();
}

void UplinkHealth::OnDisconnected(MonotonicTime now, const std::string& why) {
  why_ = why;
  if (!away_since_) away_since_ = now;
}

void UplinkHealth::OnTurnedAway(const std::string& why) {
  turned_away_->Raise(HealthState::kDegraded,
                      "asked seldom from now on, until somebody puts it right: " + why);
}

void UplinkHealth::OnStatusTold(const std::string& untold) {
  if (untold.empty()) return status_untold_->Clear();
  status_untold_->Raise(HealthState::kDegraded, "status_topic is not told: " + untold);
}

void UplinkHealth::OnAcknowledged(MonotonicTime now, Duration ack_timeout) {
  if (!ack_timed_out_ || now - connected_since_ < 2 * ack_timeout) return;
  ack_timed_out_ = false;
  not_acknowledging_->Clear();
}

void UplinkHealth::OnAckTimeout(const std::string& why) {
  ack_timed_out_ = true;
  not_acknowledging_->Raise(HealthState::kDegraded, why + "; look at the upstream's own log");
}

void UplinkHealth::Tick(MonotonicTime now, bool connected) {
  if (!away_since_) return;
  if (connected && now - connected_since_ >= kPatience) {
    away_since_.reset();
    not_connected_->Clear();
    turned_away_->Clear();
  } else if (now - *away_since_ >= kPatience) {
    not_connected_->Raise(HealthState::kDegraded,
                          connected ? "connected again, not for long yet; was: " + why_ : why_);
  }
}

std::optional<MonotonicTime> UplinkHealth::NextDeadline(bool connected) const {
  if (!away_since_) return std::nullopt;
  if (connected) return connected_since_ + kPatience;
  if (not_connected_->raised()) return std::nullopt;  // the next attempt renews the words
  return *away_since_ + kPatience;
}

}  // namespace sluice::forward
