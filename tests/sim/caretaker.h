#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/scheduler.h"
#include "ingest/letter_replay.h"
#include "sim/disk.h"
#include "sim/process.h"
#include "sim/scene.h"
#include "sim/stored_stream.h"
#include "sim/whims.h"
#include "sim/witness.h"

namespace sluice::sim {

// Who looks after the gateway: reads the list of dead letters, as `sluice dead-letter ls` does from
// the files, and has some of them replayed, as `… replay` does by the control channel: in batches,
// until none is left or a batch stops. When the calm begins all of them, once.
class Caretaker {
 public:
  // Everything outlives it.
  Caretaker(Scene& scene, Process& process, const Disk& disk, Witness& witness);

  // From now on.
  void Begin();
  void BeginCalm();
  // What is still to be done in the calm; empty: nothing.
  const std::string& unsettled() const { return unsettled_; }

 private:
  static constexpr size_t kMaxBatch = 64;

  using Letters = std::vector<StoredRun>;
  Letters List(bool all) const;
  Letters Choose();
  bool IsBusy() const { return !asked_.empty(); }
  bool IsAnyStreamFull() const;
  void Replay();
  void ReplayTheRest();
  void Restart();
  bool Ask();
  void EndProcess();
  void LookForAnswer();
  void OnAnswer(const ingest::ReplayBatch& batch);

  Scene& scene_;
  Process& process_;
  const Disk& disk_;
  Witness& witness_;
  Random random_;
  Whims whims_;
  Timer answer_timer_, end_timer_, rest_timer_;
  Letters left_;       // to be asked for
  Letters asked_;      // the batch under way; empty: there is none
  uint64_t life_ = 0;  // of the process, in which it was asked for
  Duration asked_at_{};
  int tries_ = 0;           // in the calm
  uint64_t restarted_ = 0;  // the life that it has ended there
  bool again_ = false;
  bool twice_ = false;  // ask for the same once more
  std::string unsettled_;
};

}  // namespace sluice::sim
