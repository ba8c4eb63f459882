#include "journal/stream_worker.h"

#include <algorithm>
#include <array>

#include "base/log.h"

namespace sluice::journal {
namespace {

using std::chrono::milliseconds;

constexpr Duration kFirstRetry = milliseconds(100);
constexpr Duration kLastRetry = milliseconds(5000);
// A gap segment costs four operations on the file system, so the ones of drop_newest come this far
// apart.
constexpr Duration kGapLinger = milliseconds(100);
// What a batch may take besides its records, in pages begun: its own, a new segment after a
// failure, a gap segment, and the one that the next opening makes of an unsynced tail.
constexpr uint64_t kSlackBytes = 4 * 4096;

uint64_t Less(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }

}  // namespace

StreamWorker::StreamWorker(Env& env, const Options& options, Metrics* metrics, Parts parts)
    : env_(env),
      options_(options),
      parts_(std::move(parts)),
      metrics_(metrics, parts_.core->options.name) {
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
  if (pending_.empty() && core.dirty.is_one_gap()) return last_sync_ + kGapLinger;
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

void StreamWorker::Write(MonotonicTime now, uint64_t spare_bytes, bool force) {
  write_began_ = now;
  if (is_failing() && now < retry_at_ && !force) return;
  Take();
  const Status status = WritePending(spare_bytes);
  if (!status.ok()) Fail(status, now);
}

Status StreamWorker::WritePending(uint64_t spare_bytes) {
  if (pending_.size() == written_bytes_) return Status::Ok();
  if (pending_.is_one_gap()) return StoreGap();
  const size_t bytes = pending_.size() - written_bytes_;
  if (written_bytes_ > 0 && parts_.store->NeedsRoll(bytes)) SLUICE_RETURN_IF_ERROR(SyncPending());
  MakeRoom(bytes, spare_bytes);
  SLUICE_RETURN_IF_ERROR(
      parts_.store->Append(pending_.data() + written_bytes_, bytes, pending_.end_offset()));
  metrics_.written_bytes.Add(bytes);
  written_bytes_ = pending_.size();
  return Status::Ok();
}

Status StreamWorker::StoreGap() {
  SLUICE_RETURN_IF_ERROR(parts_.store->AppendGap(pending_.end_offset(), GapReason::kDropped));
  written_bytes_ = pending_.size();
  return Status::Ok();
}

Status StreamWorker::SyncPending() {
  SLUICE_RETURN_IF_ERROR(parts_.store->Sync());
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
  if (is_failing()) LogInfo("journal: stream {} is written again", parts_.core->options.name);
  retry_delay_ = Duration(0);
  last_failure_ = Status::Ok();
  metrics_.commits.Add();
  metrics_.commit_seconds.Observe(options_.clock->Now() - write_began_);
}

void StreamWorker::Fail(const Status& status, MonotonicTime now) {
  parts_.store->Abandon(committed_);
  written_bytes_ = 0;
  if (!is_failing()) {
    LogError("journal: stream {}: {}; retrying", parts_.core->options.name, status.ToString());
  }
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
  const Status saved = parts_.cursors->Save();
  if (saved.ok()) return;
  metrics_.cursor_failures.Add();
  LogWarn("journal: {}", saved.ToString());
}

void StreamWorker::Retain() {
  if (parts_.core->options.keep_acknowledged || parts_.cursors->empty()) return;
  parts_.store->DeleteBelow(parts_.cursors->LowestSaved(), UINT64_MAX);
}

// Bytes that the bounds still allow, before anything is reclaimed.
uint64_t StreamWorker::RoomOnDisk(uint64_t spare_bytes) const {
  const StreamStore& store = *parts_.store;
  uint64_t room = std::min(Less(parts_.core->options.max_bytes, store.bytes()), spare_bytes);
  const Result<uint64_t> free = env_.FreeBytes(store.paths().directory);
  if (free.ok())
    room = std::min(room, Less(*free + store.reserved_bytes(), options_.min_free_bytes));
  return Less(room, kSlackBytes);
}

uint64_t StreamWorker::Reclaimable() const {
  if (parts_.core->options.on_full == OnFull::kDropOldest) return parts_.store->SealedBytes();
  return parts_.store->AcknowledgedBytes(parts_.cursors->LowestSaved());
}

// Frees up to `bytes`, if the policy lets it: first what every route has passed, then, one by one,
// what none has.
bool StreamWorker::Reclaim(uint64_t bytes) {
  const uint64_t lowest = parts_.cursors->LowestSaved();
  if (parts_.store->AcknowledgedBytes(lowest) > 0) {
    const uint64_t before = parts_.store->bytes();
    parts_.store->DeleteBelow(lowest, bytes);
    return parts_.store->bytes() < before;
  }
  if (parts_.core->options.on_full != OnFull::kDropOldest) return false;
  Segment evicted;
  const Result<bool> done = parts_.store->EvictOldest(&evicted);
  if (!done.ok()) LogWarn("journal: {}", done.status().ToString());
  if (!done.ok() || !*done) return false;
  const uint64_t events = Less(evicted.end, std::max(evicted.base, lowest));
  evicted_events_ += events;
  return true;
}

void StreamWorker::MakeRoom(uint64_t bytes, uint64_t spare_bytes) {
  const uint64_t before = parts_.store->bytes();
  for (;;) {
    const uint64_t freed = Less(before, parts_.store->bytes());
    const uint64_t room =
        RoomOnDisk(spare_bytes > UINT64_MAX - freed ? spare_bytes : spare_bytes + freed);
    if (room >= bytes || !Reclaim(bytes - room)) return;
  }
}

bool StreamWorker::Publish(uint64_t spare_bytes) {
  StreamCore& core = *parts_.core;
  const StreamStore& store = *parts_.store;
  const uint64_t room = RoomOnDisk(spare_bytes) + Reclaimable();
  const uint64_t unwritten = pending_.size() - written_bytes_;
  if (core.options.durability == Durability::kCommit || pending_.empty()) {
    promised_ = committed_;
  } else if (core.options.durability == Durability::kMemory) {
    promised_ = pending_.end_offset();
  } else if (!is_failing()) {
    promised_ = pending_.end_offset();
  }
  const std::lock_guard lock(core.shared->mutex);
  core.room = Less(room, unwritten);
  StreamStatus& status = core.status;
  status.first_offset = store.first_offset();
  status.stored_bytes = store.bytes();
  status.segments = store.segments().size();
  status.dirty_bytes = pending_.size() + core.dirty.size();
  status.quarantined = quarantined_;
  status.torn_bytes = torn_bytes_;
  status.last_failure = last_failure_;
  status.evicted_events += evicted_events_;  // those of drop_newest are counted as they come
  evicted_events_ = 0;
  metrics_.evicted_events.Add(status.evicted_events - counted_evicted_events_);
  counted_evicted_events_ = status.evicted_events;
  const bool progress = core.committed != promised_ || core.readable != committed_;
  core.committed = promised_;
  core.readable = committed_;
  const size_t largest = RecordBytes(core.options.max_event_bytes) + kBatchBytes;
  if (core.refused && core.dirty.size() <= core.options.max_dirty_bytes / 2 &&
      core.room >= core.dirty.size() + largest) {
    core.refused = false;
    core.space = true;
  }
  metrics_.stored_bytes.Set(static_cast<int64_t>(status.stored_bytes));
  metrics_.dirty_bytes.Set(static_cast<int64_t>(status.dirty_bytes));
  metrics_.committed_offset.Set(static_cast<int64_t>(committed_));
  metrics_.failing.Set(is_failing() ? 1 : 0);
  return progress || core.space;
}

Status StreamWorker::Finish() {
  if (!pending_.empty()) return last_failure_;
  parts_.store->Seal();
  std::array<uint8_t, 8> floor{};
  StoreLe64(floor.data(), committed_);
  SLUICE_RETURN_IF_ERROR(parts_.state->Save(parts_.store->stream_id(), floor));
  return last_failure_;
}

}  // namespace sluice::journal
