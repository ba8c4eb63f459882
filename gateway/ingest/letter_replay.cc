#include "ingest/letter_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/log.h"
#include "base/probe.h"
#include "ingest/replay_files.h"

namespace sluice::ingest {
namespace {

using Outcome = ReplayedLetter::Outcome;

constexpr size_t kReadBytes = 64 << 10;

}  // namespace

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kWaiting:
      return "waiting";
    case Outcome::kReplayed:
      return "replayed";
    case Outcome::kIgnored:
      return "ignored";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kHandled:
      return "handled";
    case Outcome::kUndecided:
      return "undecided";
    case Outcome::kNoLetter:
      return "no_letter";
  }
  return "";
}

LetterReplay::LetterReplay(Parts parts)
    : parts_(std::move(parts)),
      letters_(*parts_.journal.stream(parts_.letters)),
      recovery_({parts_.journal, parts_.scheduler, parts_.directory, parts_.letters}),
      reader_(letters_.NewReader(kReadBytes,
                                 [this](const journal::ReadResult& result) { OnRead(result); })),
      replayed_(parts_.metrics.AddCounter("sluice_dead_letters_replayed_total",
                                          "Dead letters that were replayed and are handled.")),
      failed_(parts_.metrics.AddCounter(
          "sluice_dead_letters_replay_failed_total",
          "Dead letters that could not become an event when they were replayed, either.")) {
  timer_ = parts_.scheduler.NewTimer([this] {
    if (stage_ == Stage::kAppending) return NextLetter();
    if (stage_ == Stage::kCommitting) return Commit();
    if (stage_ == Stage::kSettling) Settle();
  });
  for (const auto& stream : parts_.journal.streams()) stream->AddObserver(this);
}

LetterReplay::~LetterReplay() {
  for (const auto& stream : parts_.journal.streams()) stream->RemoveObserver(this);
}

void LetterReplay::Start() {
  stage_ = Stage::kRecovering;
  recovery_.Start([this] { stage_ = Stage::kIdle; });
}

Result<uint64_t> LetterReplay::Begin(std::span<const uint64_t> offsets, bool again) {
  if (!recovery_.why_not().ok()) return recovery_.why_not();
  if (stage_ == Stage::kRecovering) {
    return Status::Unavailable(
        "the gateway is still finding out what became of the letters that were being replayed when "
        "it ended; try again");
  }
  if (stage_ != Stage::kIdle) return Status::Unavailable("another replay is under way; try again");
  if (offsets.empty() || offsets.size() > kMaxBatch) {
    return Status::InvalidArgument(fmt::format("a batch is of 1 to {} letters", kMaxBatch));
  }
  // In their order, each once.
  const std::set<uint64_t> ordered(offsets.begin(), offsets.end());
  batch_ = {.number = batch_.number + 1, .running = true};
  for (const uint64_t offset : ordered) batch_.letters.push_back({.offset = offset});
  NoteBegun(again);
  return batch_.number;
}

void LetterReplay::NoteBegun(bool again) {
  stage_ = Stage::kNoting;
  // The errand fills it on the journal thread and OnNoted takes it here, one after the other.
  auto begun = std::make_shared<BegunReplay>();
  begun->again = again;
  for (const ReplayedLetter& letter : batch_.letters) begun->offsets.push_back(letter.offset);
  begun->targets = TargetsOf(parts_.journal, parts_.letters);
  begun->first_stored = letters_.status().first_offset;
  letters_.RunErrand([files = ReplayFiles{parts_.directory, parts_.letters, letters_.id()},
                      begun](Env& env) { return files.Begin(env, begun.get()); },
                     [this, begun, watch = lifetime_.watch()](const Status& status) {
                       if (watch.over()) return;
                       for (ReplayedLetter& letter : batch_.letters) {
                         if (begun->handled.count(letter.offset) > 0)
                           letter.outcome = Outcome::kHandled;
                         if (begun->undecided.count(letter.offset) > 0)
                           letter.outcome = Outcome::kUndecided;
                       }
                       OnNoted(status);
                     });
}

void LetterReplay::OnNoted(const Status& status) {
  next_ = 0;
  if (!status.ok()) {
    batch_.stopped = status.message();
    batch_.running = false;
    stage_ = Stage::kIdle;
    return;
  }
  stage_ = Stage::kAppending;
  NextLetter();
}

void LetterReplay::NextLetter() {
  while (next_ < batch_.letters.size() && batch_.letters[next_].outcome != Outcome::kWaiting) {
    ++next_;
  }
  if (next_ == batch_.letters.size()) return Commit();
  const uint64_t offset = batch_.letters[next_].offset;
  if (offset < letters_.committed_offset()) return reader_->Read(offset);
  batch_.letters[next_].outcome = Outcome::kNoLetter;
  timer_.Start(Duration(0));
}

void LetterReplay::OnRead(const journal::ReadResult& result) {
  ReplayedLetter& letter = batch_.letters[next_];
  if (!result.status.ok())
    return Stop("the dead letters cannot be read: " + result.status.message());
  const bool is_event = !result.records.empty() &&
                        result.records.front().kind == journal::Record::Kind::kEvent &&
                        result.records.front().offset == letter.offset;
  if (is_event) {
    Resubmit(result.records.front(), &letter);
  } else {
    letter.outcome = Outcome::kNoLetter;
  }
  if (stage_ == Stage::kAppending && !timer_.active()) timer_.Start(Duration(0));
}

void LetterReplay::Resubmit(const journal::Record& record, ReplayedLetter* letter) {
  std::optional<schema::DeadLetter> content;
  if (view_.Parse(record.payload).ok()) content = schema::ReadDeadLetter(view_);
  if (!content) {
    letter->outcome = Outcome::kNoLetter;
    return;
  }
  Resubmitted done = parts_.resubmission.Resubmit(view_, *content);
  switch (done.verdict) {
    case Resubmitted::Verdict::kAppended:
      letter->outcome = Outcome::kReplayed;
      letter->stream = done.stream->name();
      letter->first = done.first;
      letter->count = done.count;
      break;
    case Resubmitted::Verdict::kIgnored:
      letter->outcome = Outcome::kIgnored;
      break;
    case Resubmitted::Verdict::kRejected:
      letter->outcome = Outcome::kFailed;
      letter->reason = schema::DeadLetterReasonName(done.rejection.reason);
      letter->text = std::move(done.rejection.text);
      break;
    case Resubmitted::Verdict::kNoRoom:
      SLUICE_PROBE("ingest: a replay stops for want of room");
      return Stop(fmt::format("stream {} has no room for a replay: what it has is for devices",
                              done.stream->name()));
    case Resubmitted::Verdict::kBusy:
      return Wait();
  }
  waiting_ = false;
}

// The disk is behind; devices are told to wait, too.
void LetterReplay::Wait() {
  if (!std::exchange(waiting_, true)) waiting_since_ = parts_.clock.Now();
  if (parts_.clock.Now() - waiting_since_ > kPatience) {
    return Stop("the disk does not keep up with what is being stored");
  }
  timer_.Start(kRetry);
}

void LetterReplay::Stop(std::string why) {
  batch_.stopped = std::move(why);
  waiting_ = false;
  Commit();
}

void LetterReplay::OnCommitted(uint64_t) {
  // From its own turn: the journal is telling, and wants nobody to come or go meanwhile.
  if (stage_ == Stage::kCommitting) timer_.Start(Duration(0));
}

// Waits for as long as it takes: what was appended will be committed or the process ends.
void LetterReplay::Commit() {
  const bool begins = std::exchange(stage_, Stage::kCommitting) != Stage::kCommitting;
  bool committed = true;
  for (const ReplayedLetter& letter : batch_.letters) {
    if (letter.outcome != Outcome::kReplayed) continue;
    journal::Stream& stream = *parts_.journal.stream(letter.stream);
    if (stream.committed_offset() >= letter.first + letter.count) continue;
    committed = false;
    if (begins) stream.CommitSoon();
  }
  if (committed) Settle();
}

void LetterReplay::Settle() {
  stage_ = Stage::kSettling;
  SettledReplay settled;
  for (const ReplayedLetter& letter : batch_.letters) {
    const bool is_done =
        letter.outcome == Outcome::kReplayed || letter.outcome == Outcome::kIgnored;
    if (is_done) settled.handled.push_back(letter.offset);
    if (letter.outcome == Outcome::kFailed)
      settled.failed.push_back({letter.offset, letter.reason});
  }
  letters_.RunErrand(
      [files = ReplayFiles{parts_.directory, parts_.letters, letters_.id()},
       settled = std::move(settled)](Env& env) { return files.Settle(env, settled); },
      [this, watch = lifetime_.watch()](const Status& status) {
        if (!watch.over()) OnSettled(status);
      });
}

void LetterReplay::OnSettled(const Status& status) {
  if (!status.ok()) {
    SLUICE_PROBE("ingest: replayed letters cannot be marked yet");
    LogWarn("replayed dead letters cannot be marked as handled yet: {}", status.ToString());
    timer_.Start(std::chrono::seconds(1));
    return;
  }
  for (const ReplayedLetter& letter : batch_.letters) {
    replayed_.Add(letter.outcome == Outcome::kReplayed ? 1 : 0);
    failed_.Add(letter.outcome == Outcome::kFailed ? 1 : 0);
  }
  batch_.running = false;
  stage_ = Stage::kIdle;
}

}  // namespace sluice::ingest
