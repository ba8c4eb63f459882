// Dead letters: the events of a publish that was refused for good are read again from the stream
// and handed over. Once all of them are stored, consumers are told (route_telling.cc).

#include <chrono>

#include "base/probe.h"
#include "forward/refusal.h"
#include "forward/route.h"

namespace sluice::forward {
namespace {

// How soon dead letters without room are offered again. Mostly it is the memory for uncommitted
// events that is full, with a part of the same batch, and a commit empties it.
constexpr std::chrono::milliseconds kBurialRetry{100};

}  // namespace

void Route::BeginBurial() {
  mode_ = Mode::kBurying;
  burial_waiting_ = 0;
  untold_.clear();
  GoTo(window_.front().first);
}

void Route::ContinueBurial() {
  if (clock_.Now() < hold_until_) return;
  while (reader_.position() < window_.front().end) {
    const SourceRecord* record = reader_.Peek();
    if (record == nullptr) return;
    if (!record->is_gap && !Bury(*record)) {
      SLUICE_PROBE("forward: a burial waits for room");
      HoldFor(kBurialRetry);
      return;
    }
    NoteUntold(*record);
    reader_.Advance();
  }
  FinishBurialIfDone();
}

bool Route::Bury(const SourceRecord& record) {
  const DeadLetter letter = {.route = options_.name,
                             .stream = options_.stream,
                             .offset = record.first,
                             .refusal = window_.front().refusal,
                             .event = record.event};
  if (!dead_letters_.Store(letter, [this, watch = lifetime_.watch()] {
        if (!watch.over()) OnBuried();
      })) {
    return false;
  }
  ++burial_waiting_;
  return true;
}

void Route::OnBuried() {
  --burial_waiting_;
  if (mode_ == Mode::kBurying) FinishBurialIfDone();
}

void Route::FinishBurialIfDone() {
  if (burial_waiting_ > 0 || reader_.position() < window_.front().end) return;
  mode_ = Mode::kTelling;
  Pump();
}

}  // namespace sluice::forward
