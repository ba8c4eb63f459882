#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "journal/errand.h"
#include "journal/options.h"
#include "journal/stream.h"

namespace sluice::journal {

struct JournalShared;
struct ReadJob;
class JournalWorker;

// The streams of one data directory and the thread that owns their files (see FORMAT.md and
// docs/journal.md).
//
// An event is *dirty* once appended, *stable* once written, *committed* once its file is synced.
// It is *acknowledgeable* when its publisher may be told, which its stream's durability decides;
// what is committed always is. Invariants:
//   - offsets of a stream are contiguous and never used twice, whatever happened to the process;
//   - an event that was reported committed is there at the next opening, whatever the durability;
//   - a reader sees every offset exactly once, as an event or inside a gap;
//   - nothing is deleted that a route's saved cursor has not passed, unless it leaves a gap.
//
// All functions are for the loop thread. Only wakeup is called from the journal thread.
class Journal {
 public:
  // Locks `directory` (made if missing), recovers the streams and starts the thread. Damage never
  // makes it fail: torn tails are cut, corrupt segments quarantined. It fails when the directory is
  // locked or can't be read or written, when too many files are open to look at them
  // (kResourceExhausted), or with kInvalidArgument for options.
  static Result<std::unique_ptr<Journal>> Open(Env& env, const std::string& directory,
                                               Options options,
                                               const std::vector<StreamOptions>& streams);
  // Close(), if that was not called.
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Null for a stream that was not in the options.
  Stream* stream(std::string_view name);
  const std::vector<std::unique_ptr<Stream>>& streams() const { return streams_; }

  // Tells observers and readers what has happened. Call it after wakeup; calling it for nothing is
  // cheap.
  void Poll();

  // With Options::manual: does what is due by the clock and returns when to come again, if nothing
  // else happens.
  std::optional<MonotonicTime> RunOnce();
  // Likewise: something has come since, for which it has to come at once.
  bool HasWork() const;

  // Commits what is dirty, saves cursors, ends the thread. Nothing may be appended or read
  // afterwards; one last Poll() reports what was committed. The status is that of the last write or
  // sync.
  Status Close();

  // Of the streams' files, and that no word is ahead of another: committed, acknowledgeable, the
  // next offset, cursors. With Options::manual; for tests.
  void CheckInvariants() const;

 private:
  struct News {
    uint64_t acknowledgeable;
    uint64_t committed;
    bool space;
  };
  Journal();
  Status OpenStreams(Env& env, const std::string& directory,
                     const std::vector<StreamOptions>& streams);

  Options options_;
  Metrics own_metrics_;  // used when the options name none; so is own_health_
  std::unique_ptr<Health> own_health_;
  std::unique_ptr<JournalShared> shared_;
  std::vector<std::unique_ptr<StreamCore>> cores_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::unique_ptr<JournalWorker> worker_;  // null once closed
  std::thread thread_;
  Status close_status_;
  // Reused by Poll().
  std::vector<News> news_;
  std::vector<std::shared_ptr<ReadJob>> finished_;
  std::vector<Errand> errands_;
};

}  // namespace sluice::journal
