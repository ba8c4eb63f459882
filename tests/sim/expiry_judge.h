#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sim/case_file.h"
#include "sim/witness.h"

namespace sluice::sim {

// Judges that what is given up as expired was older than its route allows, by true time, and that a
// clock which may be wrong costs nobody an event (2): none expires that was accepted while it was
// 1970, or while it is, or before the clock has been steady for long enough since the machine has
// booted.
class ExpiryJudge {
 public:
  // The file outlives it.
  explicit ExpiryJudge(CaseFile& file);

  void OnAccepted(const std::string& stream, uint64_t first, uint64_t count);
  // Also what upstream refuses: it was sent.
  void OnArrived(const std::string& route, const std::vector<Entry>& entries);
  void OnStarted() { ++run_; }
  void OnEnded(Witness::End how);

 private:
  struct Birth {
    Duration age{};      // of the world
    uint32_t run = 0;    // of the gateway
    bool dated = false;  // the clock of the wall said something that may be
  };

  void LookAtClock(const std::string& route);
  void LookAtAge(const std::string& route, const std::string& stream, uint64_t offset);
  bool IsDated() const;
  bool clock_may_be_wrong() const { return !file_.scene().plan.clock_is_synchronised(); }

  CaseFile& file_;
  std::map<std::string, Duration, std::less<>> max_ages_;  // by route, of those that have one
  std::map<std::string, std::vector<Birth>, std::less<>> births_;  // by stream and offset
  std::set<std::string, std::less<>> streams_;                     // of those routes
  uint32_t run_ = 0;
  Duration booted_{};  // the last time, at the earliest
};

}  // namespace sluice::sim
