#include "ingest/replay_recovery.h"

#include <utility>

#include "base/log.h"
#include "base/probe.h"
#include "ingest/resubmission.h"

namespace sluice::ingest {
namespace {

using What = journal::ReplayNotes::What;

constexpr size_t kReadBytes = 64 << 10;

}  // namespace

ReplayRecovery::ReplayRecovery(Parts parts)
    : parts_(std::move(parts)), letters_(*parts_.journal.stream(parts_.letters)) {
  timer_ = parts_.scheduler.NewTimer([this] { (this->*step_)(); });
}

void ReplayRecovery::Start(std::function<void()> done) {
  done_ = std::move(done);
  Load();
}

void ReplayRecovery::Load() {
  notes_ = std::make_shared<journal::ReplayNotes>();
  letters_.RunErrand([files = ReplayFiles{parts_.directory, parts_.letters, letters_.id()},
                      notes = notes_](Env& env) { return files.Load(env, notes.get()); },
                     [this, watch = lifetime_.watch()](const Status& status) {
                       if (!watch.over()) OnLoaded(status);
                     });
}

void ReplayRecovery::OnLoaded(const Status& status) {
  if (!status.ok()) return TryAgain(status, &ReplayRecovery::Load);
  why_not_ = Status::Ok();
  if (!notes_->HasBegun()) return done_();
  SLUICE_PROBE("ingest: letters were being replayed when the process ended");
  target_ = 0;
  NextStream();
}

void ReplayRecovery::NextStream() {
  if (target_ == notes_->targets.size()) return Settle();
  const auto& target = notes_->targets[target_];
  journal::Stream* const stream = parts_.journal.stream(target.stream);
  if (stream == nullptr || stream->id() != target.stream_id) {
    whole_ = false;
    ++target_;
    return NextStream();
  }
  end_ = stream->committed_offset();
  reader_ =
      stream->NewReader(kReadBytes, [this](const journal::ReadResult& result) { OnRead(result); });
  ReadOn(target.end);
}

void ReplayRecovery::ReadOn(uint64_t from) {
  next_ = from;
  if (next_ < end_) return reader_->Read(next_);
  ++target_;
  step_ = &ReplayRecovery::NextStream;  // the reader is telling, and must not be replaced
  timer_.Start(Duration(0));
}

void ReplayRecovery::OnRead(const journal::ReadResult& result) {
  if (!result.status.ok()) {
    if (++read_failures_ < kMaxReadFailures) {
      step_ = &ReplayRecovery::NextStream;
      return timer_.Start(kRetry);
    }
    whole_ = false;
    return ReadOn(end_);
  }
  for (const journal::Record& record : result.records) {
    if (record.kind == journal::Record::Kind::kGap) {
      // A replay is never dropped for want of room.
      whole_ &= record.reason == journal::GapReason::kDropped;
    } else if (view_.Parse(record.payload).ok()) {
      const auto mark = ReplayOf(view_, parts_.letters);
      if (mark && ++events_[mark->letter] >= mark->events) found_.insert(mark->letter);
    }
  }
  ReadOn(result.next_offset > next_ ? result.next_offset : end_);
}

void ReplayRecovery::Settle() {
  SettledReplay settled;
  size_t back = 0;
  for (const auto& note : notes_->notes) {
    if (note.what != What::kBegun) {
      if (note.what == What::kUndecided) settled.undecided.push_back(note.offset);
      continue;
    }
    if (found_.count(note.offset) > 0) {
      settled.handled.push_back(note.offset);
    } else if (!whole_) {
      SLUICE_PROBE("ingest: nobody knows what became of a letter's replay");
      settled.undecided.push_back(note.offset);
    } else {
      ++back;
    }
  }
  LogInfo(
      "dead letters that were being replayed when the gateway ended: {} had become events, {} had "
      "not and can be replayed again",
      settled.handled.size(), back);
  if (!whole_) {
    LogWarn(
        "of some it cannot be known, because streams are damaged or events were deleted; see "
        "'sluice dead-letter ls'");
  }
  letters_.RunErrand(
      [files = ReplayFiles{parts_.directory, parts_.letters, letters_.id()},
       settled = std::move(settled)](Env& env) { return files.Settle(env, settled); },
      [this, watch = lifetime_.watch()](const Status& status) {
        if (!watch.over()) OnSettled(status);
      });
}

void ReplayRecovery::OnSettled(const Status& status) {
  if (!status.ok()) return TryAgain(status, &ReplayRecovery::Settle);
  why_not_ = Status::Ok();
  reader_.reset();
  done_();
}

void ReplayRecovery::TryAgain(const Status& status, void (ReplayRecovery::*step)()) {
  if (why_not_.ok()) LogWarn("dead letters cannot be replayed: {}", status.ToString());
  why_not_ = status;
  step_ = step;
  timer_.Start(kRetry);
}

}  // namespace sluice::ingest
