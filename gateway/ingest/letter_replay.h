#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/lifetime.h"
#include "base/metrics.h"
#include "base/scheduler.h"
#include "base/status.h"
#include "ingest/replay_recovery.h"
#include "ingest/resubmission.h"
#include "journal/journal.h"
#include "journal/replay_notes.h"

namespace sluice::ingest {

// One letter of a batch, and what became of it.
struct ReplayedLetter {
  enum class Outcome : uint8_t {
    kWaiting,    // its turn has not come, or the batch was stopped before
    kReplayed,   // its events are committed, and it is marked as handled
    kIgnored,    // marked as handled, because its profile now says that it is no reading
    kFailed,     // it is no event today either; it stays, with the new reason
    kHandled,    // it was marked as handled before
    kUndecided,  // it was being replayed when a process ended, and nobody knows how far that got
    kNoLetter,   // there is none
  };
  uint64_t offset = 0;
  Outcome outcome = Outcome::kWaiting;
  std::string stream = {};  // kReplayed: its events are there, from `first` on
  uint64_t first = 0;
  uint64_t count = 0;
  std::string reason = {};  // kFailed
  std::string text = {};    // for people
};

std::string_view OutcomeName(ReplayedLetter::Outcome outcome);  // "replayed", …

struct ReplayBatch {
  uint64_t number = 0;  // since the start; 0: there was none
  bool running = false;
  std::string stopped = {};  // why not all letters had their turn; empty: they had
  std::vector<ReplayedLetter> letters = {};
};

// Replays dead letters, a small batch at a time: whoever asks sends the next when one is done. Each
// letter at most once, whatever happens to the process: before the first event of a batch is
// appended its letters are durably noted as begun; when all events are committed they are marked
// as handled; and a start that finds some begun looks in the streams for what came of them.
//
// Memory: one letter, its events, the batch. Devices come first: one letter is read and appended
// at a time, from a turn of the loop of its own, and only into room that nobody else needs. Loop
// thread only.
class LetterReplay final : private journal::StreamObserver {
 public:
  static constexpr size_t kMaxBatch = 64;
  // How long a letter waits for memory, or a batch for its commit, before it says so and stops.
  static constexpr Duration kPatience = std::chrono::seconds(10);
  static constexpr Duration kRetry = std::chrono::milliseconds(50);

  // Everything outlives it; so does the journal's last Poll, or there is none.
  struct Parts {
    journal::Journal& journal;
    Resubmission& resubmission;
    Scheduler& scheduler;
    const Clock& clock;
    Metrics& metrics;
    std::string directory;  // the data directory
    std::string letters;    // name of the dead-letter stream
  };
  explicit LetterReplay(Parts parts);
  ~LetterReplay() override;

  // Looks whether an earlier process was stopped in a batch; until it knows no batch is taken.
  void Start();
  // Begins with the letters at these offsets; the batch's number. `again`: those that are
  // undecided, too, though that may be the second time. kUnavailable while one is under way or
  // Start() is not done, kInvalidArgument for none or too many offsets.
  Result<uint64_t> Begin(std::span<const uint64_t> offsets, bool again = false);
  // The batch under way, or the last one.
  const ReplayBatch& batch() const { return batch_; }

 private:
  enum class Stage : uint8_t { kIdle, kRecovering, kNoting, kAppending, kCommitting, kSettling };

  void OnAcknowledgeable(uint64_t) override {}
  void OnCommitted(uint64_t) override;
  void OnSpace() override {}

  void OnRecovered();
  void NoteBegun(bool again);
  void OnNoted(const Status& status);
  void NextLetter();
  void OnRead(const journal::ReadResult& result);
  void Resubmit(const journal::Record& record, ReplayedLetter* letter);
  void Wait();
  void Stop(std::string why);
  void Commit();
  void Settle();
  void OnSettled(const Status& status);

  const Parts parts_;
  journal::Stream& letters_;
  ReplayRecovery recovery_;
  std::unique_ptr<journal::Reader> reader_;
  Timer timer_;
  schema::EventView view_;
  Stage stage_ = Stage::kIdle;
  ReplayBatch batch_;
  size_t next_ = 0;  // letter
  MonotonicTime waiting_since_{};
  bool waiting_ = false;
  Counter& replayed_;
  Counter& failed_;
  Lifetime lifetime_;
};

}  // namespace sluice::ingest
