// What becomes of a route's publishes: acknowledged, refused, or lost with their connection.

#include <fmt/format.h>

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
  const bool has_event = mode_ != Mode::kTelling && publish->events > 0;
  acknowledged_ = true;
  probing_ = false;
  backoff_.Reset();
  if (mode_ == Mode::kTelling) PassUntold();
  AdvanceHead();
  has_event ? narrowing_.OnAcknowledged(books().Cursor()) : narrowing_.OnPassed(books().Cursor());
  builder_.SetMaxEntries(narrowing_.max_entries());
  Pump();
}

void Route::OnRefused(uint32_t sequence, const Refusal& refusal) {
  InFlight* publish = window_.FindPending(sequence);
  if (publish == nullptr) return;
  window_.SettleRefused(publish, refusal);
  uplink_.Answered(publish->sent_at);
  LogWarn("route {}: uplink refuses offsets {} to {} on {}: {}", options_.name, publish->first,
          publish->end - 1, options_.topic.text(), Describe(refusal));
  (refusal.permanent ? metrics_.refused_permanent : metrics_.refused_transient).Add();
  if (mode_ == Mode::kTelling) OnTellingRefused(refusal);
  if (mode_ == Mode::kStreaming) mode_ = Mode::kSettling;
  AdvanceHead();
  Pump();
}

void Route::OnUplinkDown(EndedBy ended_by) {
  up_ = false;
  if (mode_ == Mode::kStopped) return;
  if (!window_.empty()) metrics_.restarts.Add();
  LookForCulprit(ended_by);
  window_.DropFromFirstPending();
  AdvanceHead();
  if (mode_ == Mode::kStreaming || (mode_ == Mode::kSettling && window_.empty())) ResumeStreaming();
  Pump();
}

// Was it one of the publishes without an answer?
void Route::LookForCulprit(EndedBy ended_by) {
  Narrowing::End end{.acknowledged = acknowledged_, .by_upstream = ended_by != EndedBy::kUs};
  if (const InFlight* const pending = window_.OldestPending()) {
    end.first = pending->first;
    end.end = window_.back().end;
    end.entries = mode_ == Mode::kTelling ? 1 : pending->entries;
    end.has_event = mode_ != Mode::kTelling && pending->events > 0;
    end.after = clock_.Now() - pending->sent_at;
  }
  const bool is_it = narrowing_.OnEnded(end) == Narrowing::Verdict::kSetAside;
  if (narrowing_.tries()) {
    health_.OnEndedAt(clock_.Now(), end.first, narrowing_.stands());
    HoldFor(backoff_.Next());
  }
  const Refusal& why = ended_by == EndedBy::kBrokenRules ? kBreaksTheRules : kEndsTheConnection;
  if (mode_ == Mode::kTelling) {
    WithdrawTelling();
    if (is_it) GiveUpTelling(why.text);
  } else if (is_it) {
    SetAside(why);
  }
}

// The only publish that waits for an answer.
void Route::SetAside(const Refusal& why) {
  InFlight* const culprit = window_.FindPending(window_.front_sequence());
  SLUICE_CHECK(culprit != nullptr);
  SLUICE_PROBE("forward: a message at which upstream ends the connection is set aside");
  LogWarn("route {}: {} connections in a row have ended at offset {} alone: {}; it is set aside",
          options_.name, Narrowing::kEndsAtOne, culprit->first, why.text);
  window_.SettleRefused(culprit, why);
  metrics_.refused_permanent.Add();
  mode_ = Mode::kSettling;
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

void Route::SayRefused(const Refusal& refusal) {
  health_.OnRefusedForNow(clock_.Now(),
                          fmt::format("{} on {}", refusal.text, options_.topic.text()));
}

// What upstream takes holds not even a gap. To set everything aside would help nobody: somebody has
// to raise the limit, and until then the stream keeps it.
void Route::SayNothingFits(size_t max_message_bytes) {
  SLUICE_PROBE("forward: nothing fits into what upstream takes");
  const std::string why = fmt::format(
      "upstream takes packets of at most {} bytes, which hold no event on {}; nothing is sent or "
      "set "
      "aside until it takes larger ones",
      max_message_bytes, options_.topic.text());
  LogWarn("route {}: {}", options_.name, why);
  metrics_.refused_transient.Add();
  health_.OnNothingFits(clock_.Now(), why);
}

// The publish at the head was refused for now.
void Route::StartOver() {
  metrics_.restarts.Add();
  SayRefused(window_.front().refusal);
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
