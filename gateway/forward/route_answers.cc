// What becomes of a route's publishes: acknowledged, refused, or lost with their connection.

#include "base/log.h"
#include "base/probe.h"
#include "forward/refusal.h"
#include "forward/route.h"

namespace sluice::forward {

void Route::OnAcknowledged(uint32_t sequence) {
  InFlight* publish = window_.FindPending(sequence);
  if (publish == nullptr) return;
  window_.SettleAcknowledged(publish);
  uplink_.Answered(publish->sent_at);
  health_.OnAcknowledged();
  metrics_.round_trip.Observe(clock_.Now() - publish->sent_at);
  probing_ = false;
  backoff_.Reset();
  if (mode_ == Mode::kTelling) OnTold();
  AdvanceHead();
  Pump();
}

void Route::OnRefused(uint32_t sequence, const Refusal& refusal) {
  InFlight* publish = window_.FindPending(sequence);
  if (publish == nullptr) return;
  window_.SettleRefused(publish, refusal);
  uplink_.Answered(publish->sent_at);
  LogWarn("route {}: uplink refuses offsets {} to {}: {}", options_.name, publish->first,
          publish->end - 1, Describe(refusal));
  (refusal.permanent ? metrics_.refused_permanent : metrics_.refused_transient).Add();
  if (mode_ == Mode::kTelling) OnTellingRefused(refusal);
  if (mode_ == Mode::kStreaming) mode_ = Mode::kSettling;
  AdvanceHead();
  Pump();
}

void Route::OnUplinkDown() {
  up_ = false;
  if (mode_ == Mode::kStopped) return;
  if (!window_.empty()) metrics_.restarts.Add();
  if (mode_ == Mode::kTelling) WithdrawTelling();
  window_.DropFromFirstPending();
  AdvanceHead();
  if (mode_ == Mode::kStreaming || (mode_ == Mode::kSettling && window_.empty())) ResumeStreaming();
  Pump();
}

// Lets the cursor pass what it can. Does nothing about a refusal before all else is answered: a
// dead letter must not overtake, and starting over must not meet its own earlier publishes.
void Route::AdvanceHead() {
  while (!window_.empty() && mode_ != Mode::kBurying && mode_ != Mode::kTelling) {
    const InFlight& head = window_.front();
    if (head.outcome == InFlight::Outcome::kAcknowledged) {
      Pass();
    } else if (head.outcome == InFlight::Outcome::kPending || window_.unsettled() > 0) {
      return;
    } else if (head.refusal.permanent) {
      BeginBurial();
    } else {
      StartOver();
    }
  }
  if (window_.empty() && mode_ == Mode::kSettling) ResumeStreaming();
}

void Route::Pass() {
  const InFlight& head = window_.front();
  journal::Books delta;
  delta.acknowledged = head.events;
  delta.expired = head.expired;
  delta.evicted = head.evicted;
  SLUICE_CHECK(head.first == books().Cursor());
  source_.Advance(delta);
  health_.OnPassed(clock_.Now(), delta);
  metrics_.delivery.Observe(clock_.WallNow() - head.stored);
  window_.PopFront();
}

// The publish at the head was refused for now.
void Route::StartOver() {
  metrics_.restarts.Add();
  health_.OnRefusedForNow(clock_.Now(), window_.front().refusal.text);
  window_.Clear();
  SLUICE_PROBE("forward: one publish at a time after a refusal");
  probing_ = true;
  HoldFor(backoff_.Next());
}

void Route::ResumeStreaming() {
  mode_ = Mode::kStreaming;
  GoTo(window_.empty() ? books().Cursor() : window_.back().end);
}

}  // namespace sluice::forward
