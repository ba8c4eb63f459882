// What consumers are told of a burial: the offsets of the dead letters are a gap with that reason,
// and gaps that travelled in the refused message are told again. Each is a message of its own. The
// cursor passes a gap when upstream has acknowledged it, so that a crash in between loses none.

#include "base/log.h"
#include "base/probe.h"
#include "forward/refusal.h"
#include "forward/route.h"

namespace sluice::forward {

// At most as many as the refused message had entries: neighbours with the same reason become one.
void Route::NoteUntold(const SourceRecord& record) {
  const uint64_t last = std::min(record.end(), window_.front().end) - 1;
  const auto reason = record.is_gap ? record.reason : schema::GapReason::kDeadLettered;
  const bool grows = !untold_.empty() && untold_.back().gap.reason == reason &&
                     untold_.back().buried == !record.is_gap;
  if (grows) {
    untold_.back().gap.last = last;
  } else {
    untold_.push_back({{record.first, last, reason}, !record.is_gap});
  }
}

void Route::Tell() {
  if (window_.unsettled() > 0 || !up_ || !fits_ || clock_.Now() < hold_until_) return;
  if (!MayPublish()) return;
  BuildTelling();
  window_.ReopenFront(clock_.Now());
  Publish(window_.front_sequence());
}

void Route::BuildTelling() {
  const schema::Gap& gap = untold_.front().gap;
  SourceRecord record;
  record.first = gap.first;
  record.last = gap.last;
  record.is_gap = true;
  record.reason = gap.reason;
  builder_.Clear();
  const MessageBuilder::Added added = builder_.Add(record, clock_.WallNow());
  SLUICE_CHECK(added == MessageBuilder::Added::kAdded);
}

void Route::OnTellingRefused(const Refusal& refusal) {
  if (refusal.permanent) return GiveUpTelling(refusal.text);
  SLUICE_PROBE("forward: telling of a dead letter is refused for now");
  SayRefused(refusal);
  HoldFor(backoff_.Next());
}

// The connection that should have brought the answer is gone.
void Route::WithdrawTelling() {
  InFlight* const told = window_.FindPending(window_.front_sequence());
  if (told == nullptr) return;
  SLUICE_PROBE("forward: the connection is lost while a dead letter is told");
  window_.SettleRefused(told, told->refusal);
}

// Who will not hear of a gap either must not hold the route for ever; of the next one he may.
void Route::GiveUpTelling(std::string_view why) {
  SLUICE_PROBE("forward: telling of a dead letter is given up");
  const schema::Gap& gap = untold_.front().gap;
  LogWarn(
      "route {}: consumers cannot be told that offsets {} to {} are missing, of which upstream "
      "refused the message: {}; see the dead letters",
      options_.name, gap.first, gap.last, why);
  metrics_.untold.Add(gap.count());
  PassUntold();
}

// Upstream has taken it, or will not.
void Route::PassUntold() {
  const Untold& told = untold_.front();
  journal::Books delta;
  (told.buried ? delta.dead_lettered : delta.evicted) = told.gap.count();
  SLUICE_CHECK(told.gap.first == books().Cursor());
  window_.front().first = told.gap.last + 1;
  untold_.erase(untold_.begin());
  source_.Advance(delta);
  health_.OnPassed(clock_.Now(), delta);
  narrowing_.OnPassed(books().Cursor());
  if (untold_.empty()) FinishTelling();
}

void Route::FinishTelling() {
  builder_.Clear();
  window_.PopFront();
  mode_ = Mode::kSettling;
  AdvanceHead();
}

}  // namespace sluice::forward
