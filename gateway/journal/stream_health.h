#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/health.h"
#include "journal/options.h"

namespace sluice::journal {

// What one stream tells health about its room and its damage. Conditions that come and go with each
// segment stay raised for a while, so that they don't flap. The thresholds are no keys: who wants
// to hear earlier sets an alarm on sluice_journal_stored_bytes. Journal thread only.
//
//   full         failing   publishers are or were just refused or held, for want of room (`reject`)
//   dropping     degraded  new events were just dropped for want of room (`drop_newest`)
//   evicting     degraded  events that a route had not passed were removed (`drop_oldest`), and
//                          there still is little room
//   nearly_full  degraded  from 90 % on, until it is below 80 %
//   damaged      degraded  damaged files are in quarantine, until somebody has moved them away. It
//                          outlives restarts, so that no crash takes it from sight.
class StreamHealth {
 public:
  struct Picture {
    bool refusing = false;        // somebody waits for room on the disk
    uint64_t used_bytes = 0;      // of events that a route has not passed
    uint64_t room_bytes = 0;      // what may come on top, by the bound that is met first
    uint64_t dropped_events = 0;  // all since opening
    uint64_t evicted_events = 0;
    uint64_t quarantined = 0;
  };

  StreamHealth(Health& health, const StreamOptions& options);

  // Cheap unless something changed; call it after each round of work and now and then without any.
  void Look(MonotonicTime now, const Picture& picture);
  // How many files are in `directory`, where damaged ones are set aside.
  void NoteQuarantine(size_t files, const std::string& directory);

 private:
  using ConditionPointer = std::unique_ptr<Health::Condition>;
  ConditionPointer Add(Health& health, const char* name) const;
  void LookAtFull(MonotonicTime now, const Picture& picture);
  void LookAtDropped(MonotonicTime now, const Picture& picture);
  void LookAtEvicted(MonotonicTime now, const Picture& picture);
  void LookAtRoom(const Picture& picture);
  bool is_calm(MonotonicTime now, MonotonicTime last) const;

  const StreamOptions& options_;
  const ConditionPointer full_, dropping_, evicting_, nearly_full_, damaged_;
  uint64_t percent_ = 0;  // of the room that is used
  MonotonicTime next_look_{};
  MonotonicTime last_refused_{}, last_dropped_{}, last_evicted_{};
  uint64_t dropped_before_ = 0, evicted_before_ = 0;
  bool was_refusing_ = false;
  uint64_t quarantined_ = 0;
  bool saw_quarantine_ = false;
};

}  // namespace sluice::journal
