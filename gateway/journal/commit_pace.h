#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.h"
#include "journal/options.h"

namespace sluice::journal {

// When the next group commit may begin. Each commit costs a sync and writes the last page of each
// file again, so under load events gather; how long follows from three things:
// - what has gathered: `commit_bytes`, a few pages, are worth a commit, and `commit_linger` after
//   the last commit any event is;
// - what a commit takes here: gathered events, too, wait until twice its smoothed time has passed
//   since the last one began, so that the journal thread and the medium rest as long as they work;
// - the wear that is allowed: of `daily_write_budget` an hour's part may be used at once. When
//   less than half of that is left, both bounds grow, the longer the less, up to kLongestLinger
//   and kMostBytes: then acknowledgements come later and more events share a page.
// After a quiet time the first event is committed at once.
//
// Time is an input. The journal thread's.
class CommitPace {
 public:
  static constexpr Duration kLongestLinger = std::chrono::seconds(1);
  static constexpr size_t kMostBytes = 256u << 10;

  explicit CommitPace(const Options& options);

  // A commit has begun, and has ended; `written_bytes` went to the medium for it, whole pages.
  void OnBegin(MonotonicTime now);
  void OnEnd(MonotonicTime now, uint64_t written_bytes);
  // Now and then while nothing is committed: time gives the budget back.
  void OnQuiet(MonotonicTime now);

  // When any event may be committed, and when commit_bytes() of them may.
  MonotonicTime LingerEnd() const { return began_ + linger_; }
  MonotonicTime GatheredEnd() const;
  Duration linger() const { return linger_; }
  size_t commit_bytes() const { return commit_bytes_; }
  // Nothing is left of the budget: acknowledgements wait for the longest linger.
  bool is_spent() const { return budget_a_second_ > 0 && left_ <= 0; }

  void CheckInvariants() const;

 private:
  void Spend(MonotonicTime now, uint64_t bytes);
  void Stretch();

  const Duration shortest_linger_;
  const size_t fewest_bytes_;
  const double budget_a_second_;  // 0: no bound
  Duration linger_;
  size_t commit_bytes_;
  Duration takes_{0};  // a commit, smoothed
  MonotonicTime began_;
  MonotonicTime spent_at_;
  double left_ = 0;  // of an hour's budget, in bytes; may be overdrawn by one commit
};

}  // namespace sluice::journal
