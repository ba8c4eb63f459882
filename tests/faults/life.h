#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "faults/ledger.h"
#include "faults/recording_env.h"
#include "journal/journal.h"
#include "support/simulated_clock.h"

namespace sluice::faults {

constexpr char kDataDirectory[] = "/var/data";

// The streams of a life: one for each policy and durability, and the dead letters.
std::vector<journal::StreamOptions> StreamsOfLife();
// What nobody knows anything of yet.
Ledger NewLedger();

// A gateway's journal, its publishers and its uplink on one disk, until the power fails. Keeps the
// ledger up to date. One thread.
class Life {
 public:
  // Both outlive the life.
  Life(RecordingEnv& env, Ledger* ledger, uint64_t seed);
  ~Life();

  Status Open();
  // The next so many random steps of publishers, uplink and time, and orderly restarts.
  void Live(int steps);
  // Lets all that is under way come to its end.
  void Settle();
  // An event for each stream; what an uplink's acknowledging makes room for, too.
  void AppendToEach();

  size_t operations() const { return env_.log().size(); }
  journal::Journal& journal() { return *journal_; }
  void Run(Duration after);
  // What went wrong before any judge looked; empty if nothing did.
  const std::string& complaint() const { return complaint_; }

 private:
  class Observer;

  void Step();
  void Append(size_t stream);
  void Forward(size_t stream);
  void Restart();

  RecordingEnv& env_;
  Ledger& ledger_;
  Random random_;
  test::SimulatedClock clock_;
  std::vector<std::unique_ptr<Observer>> observers_;
  std::unique_ptr<journal::Journal> journal_;
  std::string complaint_;
};

}  // namespace sluice::faults
