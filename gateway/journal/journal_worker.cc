#include "journal/journal_worker.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/probe.h"
#include "base/saturating.h"
#include "journal/paths.h"

namespace sluice::journal {
namespace {

// How long it may take until a gateway without work notices what happened around it.
constexpr Duration kLookInterval = std::chrono::seconds(5);
// What a commit writes again of each file.
constexpr uint64_t kPageBytes = 4096;

void Earliest(std::optional<MonotonicTime>* best, std::optional<MonotonicTime> other) {
  if (other && (!*best || *other < **best)) *best = other;
}

}  // namespace

JournalWorker::JournalWorker(Env& env, const std::string& directory, const Options& options,
                             JournalShared* shared, std::unique_ptr<WritableFile> lock,
                             std::vector<std::unique_ptr<StreamWorker>> streams)
    : env_(env),
      directory_(directory),
      options_(options),
      shared_(shared),
      lock_(LockPath(directory), std::move(lock)),
      streams_(std::move(streams)),
      pace_(options),
      disk_full_(options.health->Add("journal", "disk_full")),
      write_budget_(options.health->Add("journal", "write_budget")),
      commit_bytes_(options.metrics->AddGauge(
          "sluice_journal_commit_bytes",
          "Bytes of a stream that are committed before commit_linger is over")) {
  for (const auto& stream : streams_) {
    stream->HoldTo(&lock_);
    const StreamOptions& stream_options = stream->core()->options;
    keeps_ |= stream->keeps();
    headroom_ += 3 * stream_options.max_dirty_bytes;
    largest_segment_ = std::max(largest_segment_, stream_options.segment_bytes);
  }
  headroom_ = std::min(headroom_, options_.max_total_bytes / 4);
  Publish();
}

std::optional<MonotonicTime> JournalWorker::RunOnce() {
  const MonotonicTime now = options_.clock->Now();
  LookForWork(now);
  MakeRoomOfKept();
  Commit(now, false);
  SaveCursors(now);
  Read();
  RunErrands();
  LookAround(now);
  Publish();
  if (!reads_.empty()) return now;
  const MutexLock lock(shared_->mutex);
  return shared_->work ? now : NextDue();
}

void JournalWorker::LookForWork(MonotonicTime now) {
  commit_due_.clear();
  cursors_due_.clear();
  const MutexLock lock(shared_->mutex);
  shared_->work = false;
  reads_.insert(reads_.end(), shared_->reads.begin(), shared_->reads.end());
  shared_->reads.clear();
  errands_.swap(shared_->errands);
  for (const auto& stream : streams_) {
    stream->core()->shared->mutex.AssertHeld();  // it is shared_
    const auto commit = stream->CommitDue(pace_);
    if (commit && *commit <= now) commit_due_.push_back(stream.get());
    const auto cursors = stream->CursorsDue();
    if (cursors && *cursors <= now) cursors_due_.push_back(stream.get());
  }
}

// Live events come before kept ones of every stream: what the journal and the disk allow in all is
// never used up while something is only kept. A stream's own bound is its own matter, see DiskRoom.
void JournalWorker::MakeRoomOfKept() {
  if (!keeps_) return;
  while (LackingBytes() > 0 && ReleaseOldestKept()) {
    SLUICE_PROBE("journal: kept events make room");
  }
}

uint64_t JournalWorker::LackingBytes() const {
  const uint64_t lacking = SaturatingSub(headroom_, SpareBytes());
  const Result<uint64_t> free = env_.FreeBytes(directory_);
  if (!free.ok()) return lacking;
  return std::max(lacking,
                  SaturatingSub(options_.min_free_bytes + headroom_ + largest_segment_, *free));
}

bool JournalWorker::ReleaseOldestKept() {
  StreamWorker* oldest = nullptr;
  for (const auto& stream : streams_) {
    if (!stream->keeps() || !stream->OldestKept()) continue;
    if (oldest == nullptr || *stream->OldestKept() < *oldest->OldestKept()) oldest = stream.get();
  }
  return oldest != nullptr && oldest->ReleaseKept();
}

void JournalWorker::Commit(MonotonicTime now, bool force) {
  if (commit_due_.empty()) return;
  const uint64_t written = WrittenBytes();
  pace_.OnBegin(now);
  for (StreamWorker* stream : commit_due_) stream->Write(now, SpareBytes(), force);
  for (StreamWorker* stream : commit_due_) stream->Sync(now, force);
  const uint64_t last_pages = kPageBytes * commit_due_.size();
  pace_.OnEnd(options_.clock->Now(), WrittenBytes() - written + last_pages);
  TellOfBudget();
}

uint64_t JournalWorker::WrittenBytes() const {
  uint64_t written = 0;
  for (const auto& stream : streams_) written += stream->written_bytes();
  return written;
}

void JournalWorker::TellOfBudget() {
  commit_bytes_.Set(static_cast<int64_t>(pace_.commit_bytes()));
  if (pace_.is_spent()) {
    write_budget_->Raise(
        HealthState::kDegraded,
        fmt::format("more is written than journal.daily_write_budget, {} bytes a day, allows: "
                    "acknowledgements wait up to {} ms",
                    options_.daily_write_budget, pace_.linger() / std::chrono::milliseconds(1)));
  } else if (pace_.linger() <= options_.commit_linger) {
    write_budget_->Clear();
  }
}

void JournalWorker::SaveCursors(MonotonicTime now) {
  for (StreamWorker* stream : cursors_due_) {
    stream->SaveCursors(now);
    stream->Retain();
  }
}

void JournalWorker::Read() {
  for (size_t i = 0; i < reads_.size();) {
    if (!ReadOne(reads_[i].get())) {
      ++i;
      continue;
    }
    finished_reads_.push_back(std::move(reads_[i]));
    reads_.erase(reads_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

// What is not in place is not read either: whatever is there now would be taken for damage, and
// repaired.
bool JournalWorker::ReadOne(ReadJob* job) {
  StreamWorker* stream = WorkerOf(job->core);
  Status in_place = stream->CheckInPlace();
  if (!in_place.ok()) {
    RefuseRead(std::move(in_place), job);
    return true;
  }
  ReadDamage damage;
  const bool done = ContinueRead(env_, stream->store(), stream->committed(), job, &damage);
  stream->CountDamage(damage.quarantined, damage.lost_events);
  return done;
}

// Beside what is not in place nothing is written.
void JournalWorker::RunErrands() {
  for (Errand& errand : errands_) {
    errand.status = WorkerOf(errand.core)->CheckInPlace();
    if (errand.status.ok()) errand.status = errand.work(env_);
  }
}

void JournalWorker::LookAround(MonotonicTime now) {
  if (now < next_look_) return;
  next_look_ = now + kLookInterval;
  for (const auto& stream : streams_) stream->LookAround();
  LookAtFreeSpace();
  pace_.OnQuiet(now);
  TellOfBudget();
}

// The streams say what they do for want of room; this says who took it.
void JournalWorker::LookAtFreeSpace() {
  const Result<uint64_t> free = env_.FreeBytes(directory_);
  if (!free.ok()) return;
  const uint64_t floor = options_.min_free_bytes;
  if (*free < floor) {
    disk_full_->Raise(
        HealthState::kDegraded,
        fmt::format("the disk of {} has {} bytes free, less than min_free, {}: streams can't grow; "
                    "make room on it",
                    directory_, *free, floor));
  } else if (*free >= floor + floor / 8) {
    disk_full_->Clear();
  }
}

void JournalWorker::Publish() {
  bool news = !finished_reads_.empty() || !errands_.empty();
  for (const auto& stream : streams_) news |= stream->Publish(SpareBytes(), pace_.commit_bytes());
  if (!news) return;
  bool tell = false;
  {
    const MutexLock lock(shared_->mutex);
    for (auto& job : finished_reads_) shared_->finished_reads.push_back(std::move(job));
    for (Errand& errand : errands_) shared_->finished_errands.push_back(std::move(errand));
    tell = !shared_->poll_due;
    shared_->poll_due = true;
  }
  finished_reads_.clear();
  errands_.clear();
  if (tell && options_.wakeup) options_.wakeup();
}

std::optional<MonotonicTime> JournalWorker::NextDue() const {
  std::optional<MonotonicTime> due = next_look_;
  for (const auto& stream : streams_) {
    stream->core()->shared->mutex.AssertHeld();  // it is shared_
    Earliest(&due, stream->CommitDue(pace_));
    Earliest(&due, stream->CursorsDue());
  }
  return due;
}

JournalShared::Sleep JournalWorker::KindOfSleep() const {
  auto kind = JournalShared::Sleep::kIdle;
  for (const auto& stream : streams_) {
    stream->core()->shared->mutex.AssertHeld();  // it is shared_
    if (stream->HasGathered()) return JournalShared::Sleep::kResting;
    if (stream->IsGathering()) kind = JournalShared::Sleep::kGathering;
  }
  return kind;
}

uint64_t JournalWorker::SpareBytes() const {
  uint64_t used = 0;
  for (const auto& stream : streams_) used += stream->stored_bytes();
  return options_.max_total_bytes - std::min(used, options_.max_total_bytes);
}

StreamWorker* JournalWorker::WorkerOf(const StreamCore* core) const {
  const auto found = std::find_if(streams_.begin(), streams_.end(),
                                  [&](const auto& stream) { return stream->core() == core; });
  SLUICE_CHECK(found != streams_.end());
  return found->get();
}

void JournalWorker::Loop() {
  while (Sleep(RunOnce())) {
  }
}

bool JournalWorker::Sleep(std::optional<MonotonicTime> due) {
  const MutexLock lock(shared_->mutex);
  if (shared_->stopping || shared_->work || !reads_.empty()) return !shared_->stopping;
  shared_->sleep = KindOfSleep();
  bool in_time = true;
  while (in_time && !shared_->stopping && shared_->sleep != JournalShared::Sleep::kAwake) {
    if (due) {
      in_time = shared_->wake.WaitUntil(shared_->mutex, *due);
    } else {
      shared_->wake.Wait(shared_->mutex);
    }
  }
  shared_->sleep = JournalShared::Sleep::kAwake;
  return !shared_->stopping;
}

Status JournalWorker::Finish() {
  const MonotonicTime now = options_.clock->Now();
  // Twice: a stream that was failing first has to get rid of what it had taken.
  for (int round = 0; round < 2; ++round) {
    commit_due_.clear();
    for (const auto& stream : streams_) commit_due_.push_back(stream.get());
    Commit(now, true);
  }
  Status last;
  for (const auto& stream : streams_) {
    stream->SaveCursors(now + options_.cursor_interval);
    stream->Retain();
    Status finished = stream->Finish();
    if (!finished.ok()) last = std::move(finished);
  }
  Publish();
  return last;
}

void JournalWorker::CheckInvariants() const {
  for (const auto& stream : streams_) stream->CheckInvariants();
}

}  // namespace sluice::journal
