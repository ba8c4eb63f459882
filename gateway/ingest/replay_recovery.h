#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/lifetime.h"
#include "base/scheduler.h"
#include "base/status.h"
#include "ingest/replay_files.h"
#include "journal/journal.h"
#include "journal/replay_notes.h"
#include "schema/event_view.h"

namespace sluice::ingest {

// Finds out what became of the letters that were being replayed when a process ended: looks in the
// streams, behind where they were then, for events that say of which letter they are. Those of
// which all events are there are marked as handled; if the streams can be read and have none, a
// letter is as it was; and where something is missing from a stream nobody knows, so that the
// letter stays undecided, for people. Loop thread only.
class ReplayRecovery {
 public:
  struct Parts {
    journal::Journal& journal;
    Scheduler& scheduler;
    std::string directory;
    std::string letters;
  };
  // Everything outlives it.
  explicit ReplayRecovery(Parts parts);

  // `done` when it is settled; never while its files cannot be read or written: see why_not().
  void Start(std::function<void()> done);
  // Why it cannot go on; it tries again.
  const Status& why_not() const { return why_not_; }

 private:
  static constexpr Duration kRetry = std::chrono::seconds(1);
  static constexpr int kMaxReadFailures = 10;

  void Load();
  void OnLoaded(const Status& status);
  void NextStream();
  void ReadOn(uint64_t from);
  void OnRead(const journal::ReadResult& result);
  void Settle();
  void OnSettled(const Status& status);
  void TryAgain(const Status& status, void (ReplayRecovery::*step)());

  const Parts parts_;
  journal::Stream& letters_;
  std::function<void()> done_;
  std::shared_ptr<journal::ReplayNotes> notes_;
  size_t target_ = 0;
  uint64_t next_ = 0, end_ = 0;  // of the stream that is read
  int read_failures_ = 0;
  bool whole_ = true;                    // nothing was missing
  std::map<uint64_t, uint64_t> events_;  // found of each letter
  std::set<uint64_t> found_;             // letters of which all are there
  schema::EventView view_;
  std::unique_ptr<journal::Reader> reader_;
  Timer timer_;
  void (ReplayRecovery::*step_)() = nullptr;  // of the timer
  Status why_not_;
  Lifetime lifetime_;
};

}  // namespace sluice::ingest
