#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "journal/held_file.h"
#include "journal/options.h"
#include "journal/read_job.h"
#include "journal/stream_core.h"
#include "journal/stream_worker.h"

namespace sluice::journal {

// What the journal thread does. Without a thread (tests) the owner calls RunOnce().
class JournalWorker {
 public:
  JournalWorker(Env& env, const std::string& directory, const Options& options,
                JournalShared* shared, std::unique_ptr<WritableFile> lock,
                std::vector<std::unique_ptr<StreamWorker>> streams);

  // Commits, saves, deletes and reads what is due; returns when something will be due again.
  std::optional<MonotonicTime> RunOnce();
  // RunOnce and sleep in turn, until the shared `stopping` is set.
  void Loop();
  // The orderly end, on whichever thread ran the rest before.
  Status Finish();

  void CheckInvariants() const;

 private:
  void LookForWork(MonotonicTime now);
  void MakeRoomOfKept();
  uint64_t LackingBytes() const;
  bool ReleaseOldestKept();
  void Commit(MonotonicTime now, bool force);
  void SaveCursors(MonotonicTime now);
  void Read();
  bool ReadOne(ReadJob* job);
  void RunErrands();
  void LookAround(MonotonicTime now);
  void LookAtFreeSpace();
  void Publish();
  // Sleeps until `due` or until there is work; false once the journal is to stop.
  bool Sleep(std::optional<MonotonicTime> due);
  std::optional<MonotonicTime> NextDue() const SLUICE_REQUIRES(shared_->mutex);
  JournalShared::Sleep KindOfSleep() const SLUICE_REQUIRES(shared_->mutex);
  uint64_t WrittenBytes() const;
  void TellOfBudget();
  uint64_t SpareBytes() const;
  StreamWorker* WorkerOf(const StreamCore* core) const;

  Env& env_;
  const std::string directory_;
  const Options& options_;
  JournalShared* const shared_;
  const HeldFile lock_;
  const std::vector<std::unique_ptr<StreamWorker>> streams_;

  // Reused between rounds.
  std::vector<StreamWorker*> commit_due_;
  std::vector<StreamWorker*> cursors_due_;
  std::vector<std::shared_ptr<ReadJob>> reads_;
  std::vector<std::shared_ptr<ReadJob>> finished_reads_;
  std::vector<Errand> errands_;  // to run, then to tell of
  bool keeps_ = false;           // some stream, for replays
  uint64_t headroom_ = 0;        // what streams can take before this thread looks again
  uint64_t largest_segment_ = 0;
  CommitPace pace_;
  MonotonicTime next_look_{};
  const std::unique_ptr<Health::Condition> disk_full_;
  const std::unique_ptr<Health::Condition> write_budget_;
  Gauge& commit_bytes_;
};

}  // namespace sluice::journal
