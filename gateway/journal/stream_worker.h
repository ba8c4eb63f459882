#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/log_limit.h"
#include "base/status.h"
#include "journal/append_buffer.h"
#include "journal/commit_pace.h"
#include "journal/cursor_store.h"
#include "journal/disk_room.h"
#include "journal/held_file.h"
#include "journal/journal_metrics.h"
#include "journal/options.h"
#include "journal/recovery.h"
#include "journal/slot_file.h"
#include "journal/stream_core.h"
#include "journal/stream_health.h"
#include "journal/stream_store.h"
#include "journal/unproven_tail.h"

namespace sluice::journal {

// One stream's part of the journal thread: takes what is dirty, writes, syncs, publishes.
//
// What has been taken stays in `pending_` until it is synced, because after a failed sync nobody
// knows what the page cache still holds: it is then written once more, into a new segment, before
// any of it is called committed.
//
// Nothing is written, called committed, saved or deleted unless the data directory and the stream's
// are at that moment the ones that were opened. It may be told so by HoldTo().
//
// Invariants, asserted by CheckInvariants(): those of the store; nothing is acknowledgeable before
// it is stable, or committed before it is acknowledgeable; what is not committed is in `pending_`.
class StreamWorker {
 public:
  struct Parts {
    StreamCore* core;
    std::unique_ptr<StreamStore> store;
    std::unique_ptr<CursorStore> cursors;
    std::unique_ptr<SlotFile> state;
    // Not OK when the stream could not be opened: it takes nothing and has nothing to read.
    Status opened = Status::Ok();
    // What is synced before anything else is written.
    std::optional<UnprovenTail> unproven = {};
  };
  StreamWorker(Env& env, const Options& options, Metrics* metrics, Parts parts);

  // The file that shows whether the data directory is in place; outlives the worker.
  void HoldTo(const HeldFile* lock) { lock_ = lock; }
  // Looks whether everything is in place, and lets health know.
  Status CheckInPlace();
  // For an idle stream: that, and what else changes without a word.
  void LookAround();

  StreamCore* core() const { return parts_.core; }
  StreamStore* store() const { return parts_.store.get(); }
  StreamMetrics& metrics() { return metrics_; }
  // Of the disk, damaged segments that are kept included.
  uint64_t stored_bytes() const {
    return parts_.store->bytes() + parts_.store->quarantine().bytes();
  }
  uint64_t committed() const { return committed_; }
  // Into segments, since opening.
  uint64_t written_bytes() const { return written_total_; }
  // What it keeps of what every route has passed, for replays; see DiskRoom.
  bool keeps() const { return core()->options.keep.count() > 0; }
  std::optional<int64_t> OldestKept() const { return room_.OldestKept(); }
  bool ReleaseKept() { return CheckInPlace().ok() && room_.ReleaseKept(); }

  // When this stream wants to be committed.
  std::optional<MonotonicTime> CommitDue(const CommitPace& pace) const
      SLUICE_REQUIRES(core()->shared->mutex);
  // True when the stream only waits for the pace: for more, or with enough.
  bool IsGathering() const SLUICE_REQUIRES(core()->shared->mutex);
  bool HasGathered() const SLUICE_REQUIRES(core()->shared->mutex);

  // A group commit of several streams: first every Write, then every Sync. `spare_bytes` is what
  // the journal's total bound leaves.
  void Write(MonotonicTime now, uint64_t spare_bytes, bool force);
  void Sync(MonotonicTime now, bool force);

  // Saves cursors and the floor if they are due, and deletes what cursors have passed.
  std::optional<MonotonicTime> CursorsDue() const SLUICE_REQUIRES(core()->shared->mutex);
  void SaveCursors(MonotonicTime now);
  void Retain();

  // Tells the loop thread's side what holds now; true if that is news.
  bool Publish(uint64_t spare_bytes, size_t commit_bytes);
  // At an orderly end, after the last Sync: saves the floor and gives back reserved space.
  Status Finish();
  void CountDamage(uint64_t segments, uint64_t lost_events) {
    quarantined_ += segments;
    metrics_.quarantined.Add(segments);
    metrics_.lost_events.Add(lost_events);
  }
  void Report(const RecoveryReport& report, uint64_t lost_cursors);

  void CheckInvariants() const;

 private:
  static constexpr Duration kFirstRetry = std::chrono::milliseconds(100);
  static constexpr Duration kLastRetry = std::chrono::seconds(5);

  void Take();
  Status WritePending(uint64_t spare_bytes);
  Status StoreGap();
  Status SyncPending();
  Status NoteFloor();
  Status SyncFloor(MonotonicTime now);
  void CountFloor(const Status& status);
  void Committed(MonotonicTime now);
  void Fail(const Status& status, MonotonicTime now);
  void TryLater(const Status& status, MonotonicTime now);
  Status Prove(MonotonicTime now);
  uint64_t Acknowledgeable() const;
  void TellHealth(uint64_t spare_bytes);
  bool NoteSpace() SLUICE_REQUIRES(core()->shared->mutex);
  void FillStatus(StreamStatus* status) SLUICE_REQUIRES(core()->shared->mutex);
  void SetGauges(const StreamStatus& status);
  bool is_failing() const { return retry_delay_ > Duration(0); }

  Env& env_;
  const Options& options_;
  Parts parts_;
  bool sync_wanted_ = false;  // by Stream::CommitSoon
  StreamMetrics metrics_;
  DiskRoom room_;
  const HeldFile* lock_ = nullptr;
  const HeldFile state_;  // in the stream's directory

  AppendBuffer pending_;      // taken and not yet synced
  size_t written_bytes_ = 0;  // of pending_, into the active segment
  uint64_t written_total_ = 0;
  uint64_t acknowledgeable_ = 0;  // below this offset, as the durability has it
  uint64_t committed_ = 0;
  uint64_t quarantined_ = 0;
  uint64_t counted_evicted_events_ = 0;
  uint64_t counted_quarantine_removed_ = 0;
  uint64_t torn_bytes_ = 0;

  MonotonicTime write_began_{};
  MonotonicTime last_sync_{};
  Duration gap_linger_{0};  // how far apart gaps of drop_newest stand
  MonotonicTime last_cursor_save_{};
  MonotonicTime last_floor_sync_{};
  LogLimit floor_log_limit_;
  Doubling retry_delays_{kFirstRetry, kLastRetry};
  Duration retry_delay_{0};  // 0 while all is well
  MonotonicTime retry_at_{};
  Status last_failure_;
  const std::unique_ptr<Health::Condition> unwritable_;
  const std::unique_ptr<Health::Condition> displaced_;
  const std::unique_ptr<Health::Condition> unopened_;
  StreamHealth stream_health_;
};

}  // namespace sluice::journal
