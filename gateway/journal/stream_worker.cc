#include "journal/stream_worker.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.h"
#include "base/saturating.h"

namespace sluice::journal {
namespace {

using std::chrono::milliseconds;

// A gap segment costs four operations on the file system, so the ones of drop_newest stand apart by
// a multiple of what the last one took: a lone publisher is told soon where the medium is fast, and
// a slow one, which also wears, is left alone most of the time.
constexpr int kGapLingerFactor = 4;
constexpr Duration kLongestGapLinger = milliseconds(100);
// What a power cut may take from the floor; a commit syncs it this often, which costs a page.
constexpr Duration kFloorInterval = milliseconds(1000);
HeldFile Hold(Env& env, const std::string& path) {
  auto file = env.OpenWritable(path);
  return {path, file.ok() ? std::move(file).value() : nullptr};
}

}  // namespace

StreamWorker::StreamWorker(Env& env, const Options& options, Metrics* metrics, Parts parts)
    : env_(env),
      options_(options),
      parts_(std::move(parts)),
      metrics_(metrics, parts_.core->options.name),
      room_(env, options, parts_.core->options, parts_.store.get(), parts_.cursors.get()),
      state_(Hold(env, parts_.store->paths().state)),
      unwritable_(options.health->Add("stream " + parts_.core->options.name, "not_written")),
      displaced_(options.health->Add("stream " + parts_.core->options.name, "directory_gone")),
      unopened_(options.health->Add("stream " + parts_.core->options.name, "not_opened")),
      stream_health_(*options.health, parts_.core->options) {
  committed_ = acknowledgeable_ =
      parts_.unproven ? parts_.unproven->offset : parts_.store->end_offset();
  const MonotonicTime now = options_.clock->Now();
  if (parts_.unproven) TryLater(Status::IoError("the last events cannot be synced"), now);
  last_sync_ = last_cursor_save_ = now - std::chrono::hours(1);
  last_floor_sync_ = now;
  if (parts_.opened.ok()) return;
  unopened_->Raise(
      HealthState::kFailing,
      "cannot be opened, so everything for it is refused; repair it and restart the gateway: " +
          parts_.opened.ToString());
}

void StreamWorker::Report(const RecoveryReport& report, uint64_t lost_cursors) {
  torn_bytes_ += report.torn_bytes;
  metrics_.torn_bytes.Add(report.torn_bytes);
  metrics_.lost_cursors.Add(lost_cursors);
  CountDamage(report.quarantined, report.lost_events);
}

std::optional<MonotonicTime> StreamWorker::CommitDue(const CommitPace& pace) const {
  const MonotonicTime linger_end = pace.LingerEnd();
  if (is_failing()) return retry_at_;
  if (pending_.empty() && core()->dirty.is_one_gap())
    return std::max(linger_end, last_sync_ + gap_linger_);
  if (HasGathered()) return pace.GatheredEnd();
  if (!core()->dirty.empty() || core()->commit_wanted) return linger_end;
  if (!pending_.empty()) return last_sync_ + core()->options.sync_interval;
  // Somebody waits for the disk's free space, which changes without a word.
  if (core()->refused) return linger_end + kFirstRetry;
  return {};
}

bool StreamWorker::IsGathering() const { return !is_failing() && !core()->dirty.empty(); }

bool StreamWorker::HasGathered() const {
  return IsGathering() && core()->dirty.size() >= core()->commit_bytes;
}

void StreamWorker::Take() {
  const MutexLock lock(core()->shared->mutex);
  sync_wanted_ |= std::exchange(core()->commit_wanted, false);
  if (core()->dirty.empty() || is_failing()) return;
  core()->room = SaturatingSub(core()->room, core()->dirty.size());
  core()->spare = SaturatingSub(core()->spare, core()->dirty.size());
  pending_.TakeFrom(&core()->dirty);
}

Status StreamWorker::CheckInPlace() {
  Status status = lock_ == nullptr ? Status::Ok() : lock_->CheckInPlace();
  if (status.ok()) status = state_.CheckInPlace();
  if (status.ok()) status = parts_.store->CheckInPlace();
  if (status.ok()) {
    displaced_->Clear();
  } else {
    displaced_->Raise(HealthState::kFailing, "nothing is acknowledged: " + status.message());
  }
  return status;
}

void StreamWorker::LookAround() {
  if (!CheckInPlace().ok()) return;
  if (keeps()) room_.Retain();
  const std::string& quarantine = parts_.store->paths().quarantine;
  const auto files = env_.List(quarantine);
  if (files.ok()) stream_health_.NoteQuarantine(files->size(), quarantine);
}

void StreamWorker::TellHealth(uint64_t spare_bytes) {
  StreamHealth::Picture picture;
  {
    const MutexLock lock(core()->shared->mutex);
    picture.refusing = core()->full;
    picture.dropped_events = core()->dropped_events;
  }
  picture.used_bytes = parts_.store->bytes() - room_.Passed();
  picture.room_bytes = room_.Spare(spare_bytes);
  picture.evicted_events = room_.evicted_events();
  picture.quarantined = quarantined_;
  stream_health_.Look(options_.clock->Now(), picture);
}

void StreamWorker::Write(MonotonicTime now, uint64_t spare_bytes, bool force) {
  write_began_ = now;
  if (is_failing() && now < retry_at_ && !force) return;
  if (parts_.unproven) {
    const Status proven = Prove(now);
    if (!proven.ok()) return TryLater(proven, now);
  }
  Take();
  Status status = CheckInPlace();
  if (status.ok()) status = WritePending(spare_bytes);
  // What is told before it is synced must at least be where it will be looked for.
  if (status.ok() && parts_.core->options.durability != Durability::kCommit) {
    status = CheckInPlace();
  }
  if (!status.ok()) Fail(status, now);
}

Status StreamWorker::Prove(MonotonicTime now) {
  SLUICE_RETURN_IF_ERROR(CheckInPlace());
  SLUICE_RETURN_IF_ERROR(ProveTail(env_, *parts_.unproven, parts_.store.get()));
  parts_.unproven.reset();
  committed_ = parts_.store->end_offset();
  CountFloor(NoteFloor());
  Committed(now);
  return Status::Ok();
}

Status StreamWorker::WritePending(uint64_t spare_bytes) {
  if (pending_.size() == written_bytes_) return Status::Ok();
  if (pending_.is_one_gap()) return StoreGap();
  const size_t bytes = pending_.size() - written_bytes_;
  if (parts_.store->NeedsRoll(bytes)) {
    if (written_bytes_ > 0) SLUICE_RETURN_IF_ERROR(SyncPending());
    CountFloor(parts_.state->Sync());
  }
  room_.Make(bytes, spare_bytes);
  const Result<uint64_t> stored =
      parts_.store->Append(pending_.data() + written_bytes_, bytes, pending_.end_offset());
  if (!stored.ok()) return stored.status();
  metrics_.plain_bytes.Add(bytes);
  metrics_.written_bytes.Add(*stored);
  written_total_ += *stored;
  written_bytes_ = pending_.size();
  return Status::Ok();
}

Status StreamWorker::StoreGap() {
  const MonotonicTime began = options_.clock->Now();
  SLUICE_RETURN_IF_ERROR(parts_.store->AppendGap(pending_.end_offset(), GapReason::kDropped));
  const Duration took = options_.clock->Now() - began;
  gap_linger_ = std::min<Duration>(kGapLingerFactor * took, kLongestGapLinger);
  written_bytes_ = pending_.size();
  return Status::Ok();
}

Status StreamWorker::SyncPending() {
  SLUICE_RETURN_IF_ERROR(parts_.store->Sync());
  SLUICE_RETURN_IF_ERROR(CheckInPlace());
  committed_ = parts_.store->end_offset();
  pending_.DropFront(written_bytes_);
  written_bytes_ = 0;
  CountFloor(NoteFloor());
  return Status::Ok();
}

// Before anybody is told: what is committed must be known even if the segment is not there at the
// next opening. The page cache keeps it through a SIGKILL.
Status StreamWorker::NoteFloor() {
  std::array<uint8_t, kFloorBytes> floor{};
  StoreLe64(floor.data(), committed_);
  return parts_.state->Write(parts_.store->stream_id(), floor);
}

Status StreamWorker::SyncFloor(MonotonicTime now) {
  if (parts_.state->is_synced() || now < last_floor_sync_ + kFloorInterval) return Status::Ok();
  last_floor_sync_ = now;
  return parts_.state->Sync();
}

// The segment holds the events all the same, so a state that can't be written stops nobody.
void StreamWorker::CountFloor(const Status& status) {
  if (status.ok()) return;
  metrics_.floor_failures.Add();
  if (!floor_log_limit_.Allows(options_.clock->Now())) return;
  LogWarn("journal: {}; how much is committed is known from the segments only{}", status.ToString(),
          floor_log_limit_.LeftOut());
}

void StreamWorker::Sync(MonotonicTime now, bool force) {
  const StreamOptions& options = parts_.core->options;
  if (pending_.empty()) sync_wanted_ = false;
  if (pending_.empty() || written_bytes_ < pending_.size()) return;
  const bool due = force || sync_wanted_ || options.durability == Durability::kCommit ||
                   pending_.is_one_gap() || now >= last_sync_ + options.sync_interval ||
                   pending_.size() >= options.max_dirty_bytes / 2;
  if (!due) return;
  const Status status = SyncPending();
  if (status.ok()) {
    Committed(now);
  } else {
    Fail(status, now);
  }
}

void StreamWorker::Committed(MonotonicTime now) {
  last_sync_ = now;
  sync_wanted_ = false;
  if (is_failing()) unwritable_->Clear();
  retry_delay_ = Duration(0);
  retry_delays_.Reset();
  last_failure_ = Status::Ok();
  metrics_.commits.Add();
  metrics_.commit_seconds.Observe(options_.clock->Now() - write_began_);
}

void StreamWorker::Fail(const Status& status, MonotonicTime now) {
  parts_.store->Abandon(committed_);
  written_bytes_ = 0;
  TryLater(status, now);
}

void StreamWorker::TryLater(const Status& status, MonotonicTime now) {
  unwritable_->Raise(HealthState::kFailing,
                     "cannot be written, so nothing is acknowledged: " + status.ToString());
  retry_delay_ = retry_delays_.Next();
  retry_at_ = now + retry_delay_;
  last_failure_ = status;
  metrics_.failures.Add();
}

std::optional<MonotonicTime> StreamWorker::CursorsDue() const {
  std::optional<MonotonicTime> due;
  if (!parts_.opened.ok()) return due;
  if (!parts_.state->is_synced()) due = last_floor_sync_ + kFloorInterval;
  const MonotonicTime cursors_due = last_cursor_save_ + options_.cursor_interval;
  if (parts_.cursors->IsDirty() && (!due || cursors_due < *due)) due = cursors_due;
  return due;
}

void StreamWorker::SaveCursors(MonotonicTime now) {
  if (!parts_.opened.ok()) return;
  CountFloor(SyncFloor(now));
  if (now < last_cursor_save_ + options_.cursor_interval) return;
  last_cursor_save_ = now;
  if (!CheckInPlace().ok()) return;
  const Status saved = parts_.cursors->Save();
  if (saved.ok()) return;
  metrics_.cursor_failures.Add();
  LogWarn("journal: {}", saved.ToString());
}

void StreamWorker::Retain() {
  if (CheckInPlace().ok()) room_.Retain();
}

uint64_t StreamWorker::Acknowledgeable() const {
  const Durability durability = parts_.core->options.durability;
  if (durability == Durability::kCommit || pending_.empty()) return committed_;
  // While writes fail, what could be told before stays so: it is in memory and will be written
  // again.
  if (is_failing()) return std::max(acknowledgeable_, committed_);
  return pending_.end_offset();
}

bool StreamWorker::Publish(uint64_t spare_bytes, size_t commit_bytes) {
  TellHealth(spare_bytes);
  const uint64_t room = room_.Promise(spare_bytes);
  const uint64_t spare = room_.Spare(spare_bytes);
  acknowledgeable_ = Acknowledgeable();
  const MutexLock lock(core()->shared->mutex);
  core()->room = parts_.opened.ok() ? SaturatingSub(room, pending_.size() - written_bytes_) : 0;
  core()->spare = parts_.opened.ok() ? SaturatingSub(spare, pending_.size() - written_bytes_) : 0;
  const bool progress =
      core()->acknowledgeable != acknowledgeable_ || core()->committed != committed_;
  core()->commit_bytes = commit_bytes;
  core()->acknowledgeable = acknowledgeable_;
  core()->committed = committed_;
  FillStatus(&core()->status);
  SetGauges(core()->status);
  return NoteSpace() || progress;
}

// Somebody who was refused hears of it when the largest event would be taken. Who found the memory
// full hears of it when that is free: the disk may have become full meanwhile, and only another
// attempt tells.
bool StreamWorker::NoteSpace() {
  const size_t largest = RecordBytes(core()->options.max_event_bytes) + kBatchBytes;
  const bool room = core()->room >= core()->dirty.size() + largest;
  const bool memory = core()->dirty.size() <= core()->options.max_dirty_bytes / 2;
  if (core()->refused && memory && (room || core()->busy)) {
    core()->refused = core()->full = core()->busy = false;
    core()->space = true;
  }
  return core()->space;
}

void StreamWorker::FillStatus(StreamStatus* status) {
  const StreamStore& store = *parts_.store;
  status->first_offset = store.first_offset();
  status->stored_bytes = store.bytes();
  status->kept_bytes = room_.Passed();
  status->kept_events = room_.PassedEvents();
  status->segments = store.segments().size();
  status->dirty_bytes = pending_.size() + core()->dirty.size();
  status->quarantined = quarantined_;
  status->torn_bytes = torn_bytes_;
  status->last_failure = last_failure_;
  status->evicted_events = room_.evicted_events() + core()->dropped_events;
}

void StreamWorker::SetGauges(const StreamStatus& status) {
  metrics_.evicted_events.Add(status.evicted_events - counted_evicted_events_);
  counted_evicted_events_ = status.evicted_events;
  const Quarantine& quarantine = parts_.store->quarantine();
  metrics_.quarantine_removed.Add(quarantine.removed() - counted_quarantine_removed_);
  counted_quarantine_removed_ = quarantine.removed();
  metrics_.quarantine_bytes.Set(static_cast<int64_t>(quarantine.bytes()));
  metrics_.stored_bytes.Set(static_cast<int64_t>(status.stored_bytes));
  metrics_.dirty_bytes.Set(static_cast<int64_t>(status.dirty_bytes));
  metrics_.failing.Set(is_failing() ? 1 : 0);
}

Status StreamWorker::Finish() {
  if (!parts_.opened.ok()) return Status::Ok();
  if (!pending_.empty() || parts_.unproven) return last_failure_;
  SLUICE_RETURN_IF_ERROR(CheckInPlace());
  parts_.store->Seal();
  SLUICE_RETURN_IF_ERROR(NoteFloor());
  SLUICE_RETURN_IF_ERROR(parts_.state->Sync());
  return last_failure_;
}

void StreamWorker::CheckInvariants() const {
  const StreamStore& store = *parts_.store;
  store.CheckInvariants();
  const uint64_t settled = parts_.unproven ? store.end_offset() : committed_;
  const uint64_t end = pending_.empty() ? settled : pending_.end_offset();
  SLUICE_CHECK(written_bytes_ <= pending_.size());
  SLUICE_CHECK(committed_ <= store.end_offset() && store.end_offset() <= end);
  SLUICE_CHECK(committed_ <= acknowledgeable_ && acknowledgeable_ <= end);
  const MutexLock lock(core()->shared->mutex);
  SLUICE_CHECK(core()->committed <= committed_ && core()->acknowledgeable <= acknowledgeable_);
  SLUICE_CHECK(core()->dirty.empty() || end < core()->dirty.end_offset());
}

}  // namespace sluice::journal
