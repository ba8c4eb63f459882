#include "journal/stream.h"

#include <algorithm>

#include "base/saturating.h"
#include "journal/read_job.h"
#include "journal/stream_core.h"

namespace sluice::journal {

Stream::Stream(StreamCore* core, uint64_t next_offset, uint64_t committed,
               std::vector<std::unique_ptr<Cursor>> cursors)
    : core_(core),
      next_offset_(next_offset),
      acknowledgeable_offset_(committed),
      committed_offset_(committed),
      cursors_(std::move(cursors)) {}

Stream::~Stream() = default;

const std::string& Stream::name() const { return core_->options.name; }

uint64_t Stream::id() const { return core_->stream_id; }

uint64_t Stream::spare_bytes() const {
  const MutexLock lock(core_->shared->mutex);
  const bool is_ring =
      core_->options.routes.empty() && core_->options.on_full == OnFull::kDropOldest;
  const uint64_t room = is_ring ? core_->room : core_->spare;
  return SaturatingSub(room, core_->dirty.size());
}

void Stream::CommitSoon() {
  bool notify = false;
  {
    const MutexLock lock(core_->shared->mutex);
    core_->commit_wanted = true;
    notify = core_->shared->NoteWork(false);
  }
  if (notify) core_->shared->wake.NotifyOne();
}

void Stream::RunErrand(std::function<Status(Env&)> work, std::function<void(const Status&)> done) {
  bool notify = false;
  {
    const MutexLock lock(core_->shared->mutex);
    core_->shared->errands.push_back({core_, std::move(work), std::move(done), Status::Ok()});
    notify = core_->shared->NoteWork(false);
  }
  if (notify) core_->shared->wake.NotifyOne();
}

size_t Stream::max_event_bytes() const { return core_->options.max_event_bytes; }

uint64_t Stream::max_bytes() const { return core_->options.max_bytes; }

AppendResult Stream::Append(ByteSpan payload) { return Append(payload, core_->clock->WallNow()); }

AppendResult Stream::Append(ByteSpan payload, WallTime time) {
  return AppendAll({&payload, 1}, time);
}

AppendResult Stream::AppendAll(std::span<const ByteSpan> payloads, WallTime time) {
  AppendVerdict verdict;
  bool notify = false;
  {
    const MutexLock lock(core_->shared->mutex);
    const bool was_gap = core_->dirty.is_one_gap();
    verdict = core_->Admit(next_offset_, ToUnixNanos(time), payloads);
    const bool taken = verdict == AppendVerdict::kStored || verdict == AppendVerdict::kDropped;
    // A gap that grows is in no hurry; the journal thread comes for it anyway.
    if (taken && !(was_gap && verdict == AppendVerdict::kDropped)) {
      notify = core_->shared->NoteWork(core_->dirty.size() >= core_->commit_bytes);
    }
  }
  if (notify) core_->shared->wake.NotifyOne();
  const AppendResult result{verdict, next_offset_};
  if (verdict == AppendVerdict::kStored || verdict == AppendVerdict::kDropped) {
    next_offset_ += payloads.size();
  }
  return result;
}

Cursor* Stream::cursor(std::string_view route) {
  for (const auto& cursor : cursors_) {
    if (cursor->route() == route) return cursor.get();
  }
  return nullptr;
}

std::unique_ptr<Reader> Stream::NewReader(size_t max_bytes, Reader::Callback callback) {
  auto job = std::make_shared<ReadJob>();
  job->core = core_;
  job->max_bytes = max_bytes;
  job->callback = std::move(callback);
  return std::make_unique<Reader>(std::move(job), core_->shared);
}

void Stream::AddObserver(StreamObserver* observer) { observers_.push_back(observer); }

void Stream::RemoveObserver(StreamObserver* observer) {
  observers_.erase(std::remove(observers_.begin(), observers_.end(), observer), observers_.end());
}

void Stream::Tell(uint64_t acknowledgeable, uint64_t committed, bool space) {
  const bool more_acknowledgeable = acknowledgeable > acknowledgeable_offset_;
  const bool more_committed = committed > committed_offset_;
  acknowledgeable_offset_ = acknowledgeable;
  committed_offset_ = committed;
  for (StreamObserver* observer : observers_) {
    if (more_acknowledgeable) observer->OnAcknowledgeable(acknowledgeable);
    if (more_committed) observer->OnCommitted(committed);
    if (space) observer->OnSpace();
  }
}

StreamStatus Stream::status() const {
  const MutexLock lock(core_->shared->mutex);
  StreamStatus status = core_->status;
  status.next_offset = next_offset_;
  status.acknowledgeable_offset = core_->acknowledgeable;
  status.committed_offset = core_->committed;
  return status;
}

}  // namespace sluice::journal
