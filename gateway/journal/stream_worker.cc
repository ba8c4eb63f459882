#include "journal/stream_worker.h"

#include <algorithm>
#include <array>

#include "base/log.h"

namespace sluice::journal {
namespace {

using std::chrono::milliseconds;

constexpr Duration kFirstRetry = milliseconds(100);
constexpr Duration kLastRetry = milliseconds(5000);
// A gap segment costs four operations on the file system, so the ones of drop_newest stand apart by
// a multiple of what the last one took: a lone publisher is told soon where the medium is fast, and
// a slow one, which also wears, is left alone most of the time.
constexpr int kGapLingerFactor = 4;
constexpr Duration kLongestGapLinger = milliseconds(100);
uint64_t Less(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }

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
      stream_health_(*options.health, parts_.core->options) {
  committed_ = promised_ = parts_.store->end_offset();
  const MonotonicTime now = options_.clock->Now();
  last_sync_ = last_cursor_save_ = now - std::chrono::hours(1);
}

void StreamWorker::Report(uint64_t torn_bytes, uint64_t quarantined, uint64_t lost_events) {
  torn_bytes_ += torn_bytes;
  metrics_.torn_bytes.Add(torn_bytes);
  metrics_.lost_events.Add(lost_events);
  CountQuarantined(quarantined);
}

std::optional<MonotonicTime> StreamWorker::CommitDue(MonotonicTime now,
                                                     MonotonicTime linger_end) const {
  const StreamCore& core = *parts_.core;
  if (is_failing()) return retry_at_;
  if (pending_.empty() && core.dirty.is_one_gap())
    return std::max(linger_end, last_sync_ + gap_linger_);
  if (core.dirty.size() >= core.commit_bytes) return now;
  if (!core.dirty.empty()) return linger_end;
  if (!pending_.empty()) return last_sync_ + core.options.sync_interval;
  // Somebody waits for the disk's free space, which changes without a word.
  if (core.refused) return linger_end + kFirstRetry;
  return {};
}

bool StreamWorker::IsGathering() const { return !is_failing() && !parts_.core->dirty.empty(); }

void StreamWorker::Take() {
  StreamCore& core = *parts_.core;
  const std::lock_guard lock(core.shared->mutex);
  if (core.dirty.empty() || is_failing()) return;
  core.room = Less(core.room, core.dirty.size());
  pending_.TakeFrom(&core.dirty);
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
  const std::string& quarantine = parts_.store->paths().quarantine;
  const auto files = env_.List(quarantine);
  if (files.ok()) stream_health_.NoteQuarantine(files->size(), quarantine);
}

void StreamWorker::TellHealth(uint64_t spare_bytes) {
  StreamHealth::Picture picture;
  {
    const std::lock_guard lock(parts_.core->shared->mutex);
    picture.refusing = parts_.core->full;
    picture.dropped_events = parts_.core->dropped_events;
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
  Take();
  Status status = CheckInPlace();
  if (status.ok()) status = WritePending(spare_bytes);
  // What is told before it is synced must at least be where it will be looked for.
  if (status.ok() && parts_.core->options.durability != Durability::kCommit) {
    status = CheckInPlace();
  }
  if (!status.ok()) Fail(status, now);
}

Status StreamWorker::WritePending(uint64_t spare_bytes) {
  if (pending_.size() == written_bytes_) return Status::Ok();
  if (pending_.is_one_gap()) return StoreGap();
  const size_t bytes = pending_.size() - written_bytes_;
  if (written_bytes_ > 0 && parts_.store->NeedsRoll(bytes)) SLUICE_RETURN_IF_ERROR(SyncPending());
  room_.Make(bytes, spare_bytes);
  SLUICE_RETURN_IF_ERROR(
      parts_.store->Append(pending_.data() + written_bytes_, bytes, pending_.end_offset()));
  metrics_.written_bytes.Add(bytes);
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
  return Status::Ok();
}

void StreamWorker::Sync(MonotonicTime now, bool force) {
  const StreamOptions& options = parts_.core->options;
  if (pending_.empty() || written_bytes_ < pending_.size()) return;
  const bool due = force || options.durability == Durability::kCommit || pending_.is_one_gap() ||
                   now >= last_sync_ + options.sync_interval ||
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
  if (is_failing()) unwritable_->Clear();
  retry_delay_ = Duration(0);
  last_failure_ = Status::Ok();
  metrics_.commits.Add();
  metrics_.commit_seconds.Observe(options_.clock->Now() - write_began_);
}

void StreamWorker::Fail(const Status& status, MonotonicTime now) {
  parts_.store->Abandon(committed_);
  written_bytes_ = 0;
  unwritable_->Raise(HealthState::kFailing,
                     "cannot be written, so nothing is acknowledged: " + status.ToString());
  retry_delay_ = is_failing() ? std::min(2 * retry_delay_, kLastRetry) : kFirstRetry;
  retry_at_ = now + retry_delay_;
  last_failure_ = status;
  metrics_.failures.Add();
}

std::optional<MonotonicTime> StreamWorker::CursorsDue() const {
  if (!parts_.cursors->IsDirty()) return {};
  return last_cursor_save_ + options_.cursor_interval;
}

void StreamWorker::SaveCursors(MonotonicTime now) {
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

// Below which offset the stream's durability has kept its word.
uint64_t StreamWorker::Promised() const {
  const Durability durability = parts_.core->options.durability;
  if (durability == Durability::kCommit || pending_.empty()) return committed_;
  // While writes fail, what was promised before stays promised: it is in memory and will be written
  // again.
  if (is_failing()) return std::max(promised_, committed_);
  return pending_.end_offset();
}

bool StreamWorker::Publish(uint64_t spare_bytes) {
  TellHealth(spare_bytes);
  StreamCore& core = *parts_.core;
  const uint64_t room = room_.Promise(spare_bytes);
  promised_ = Promised();
  const std::lock_guard lock(core.shared->mutex);
  core.room = Less(room, pending_.size() - written_bytes_);
  const bool progress = core.committed != promised_ || core.readable != committed_;
  core.committed = promised_;
  core.readable = committed_;
  FillStatus(&core.status);
  SetGauges(core.status);
  return NoteSpace() || progress;
}

// Somebody who was refused hears of it when the largest event would be taken. Who found the memory
// full hears of it when that is free: the disk may have become full meanwhile, and only another
// attempt tells.
bool StreamWorker::NoteSpace() {
  StreamCore& core = *parts_.core;
  const size_t largest = RecordBytes(core.options.max_event_bytes) + kBatchBytes;
  const bool room = core.room >= core.dirty.size() + largest;
  const bool memory = core.dirty.size() <= core.options.max_dirty_bytes / 2;
  if (core.refused && memory && (room || core.busy)) {
    core.refused = core.full = core.busy = false;
    core.space = true;
  }
  return core.space;
}

void StreamWorker::FillStatus(StreamStatus* status) {
  const StreamStore& store = *parts_.store;
  status->first_offset = store.first_offset();
  status->stored_bytes = store.bytes();
  status->segments = store.segments().size();
  status->dirty_bytes = pending_.size() + parts_.core->dirty.size();
  status->quarantined = quarantined_;
  status->torn_bytes = torn_bytes_;
  status->last_failure = last_failure_;
  status->evicted_events = room_.evicted_events() + parts_.core->dropped_events;
}

void StreamWorker::SetGauges(const StreamStatus& status) {
  metrics_.evicted_events.Add(status.evicted_events - counted_evicted_events_);
  counted_evicted_events_ = status.evicted_events;
  metrics_.stored_bytes.Set(static_cast<int64_t>(status.stored_bytes));
  metrics_.dirty_bytes.Set(static_cast<int64_t>(status.dirty_bytes));
  metrics_.committed_offset.Set(static_cast<int64_t>(committed_));
  metrics_.next_offset.Set(static_cast<int64_t>(parts_.core->dirty.empty()
                                                    ? std::max(committed_, pending_.end_offset())
                                                    : parts_.core->dirty.end_offset()));
  metrics_.failing.Set(is_failing() ? 1 : 0);
}

Status StreamWorker::Finish() {
  if (!pending_.empty()) return last_failure_;
  SLUICE_RETURN_IF_ERROR(CheckInPlace());
  parts_.store->Seal();
  std::array<uint8_t, 8> floor{};
  StoreLe64(floor.data(), committed_);
  SLUICE_RETURN_IF_ERROR(parts_.state->Save(parts_.store->stream_id(), floor));
  return last_failure_;
}

}  // namespace sluice::journal
