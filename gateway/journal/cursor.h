#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "journal/journal_shared.h"

namespace sluice::journal {

// What became of events that a route has passed, in events. The invariant of the books,
//   next_offset - origin + replayed
//       == acknowledged + dead_lettered + expired + evicted + pending,
// holds by construction, because the cursor is what they come to and pending is what lies behind
// it. On the disk the cursor stands beside them, so that a start finds out whether they still do.
struct Books {
  uint64_t origin = 0;  // where the route began; 0 unless it was added late
  uint64_t acknowledged = 0;
  uint64_t dead_lettered = 0;
  uint64_t expired = 0;
  uint64_t evicted = 0;   // met as gaps, of whatever reason
  uint64_t replayed = 0;  // passed before, and pending again when the route was set back over them
  uint64_t replay_end = 0;  // where it was then: below, all that it sends is a replay

  uint64_t Passed() const { return acknowledged + dead_lettered + expired + evicted; }
  uint64_t Cursor() const { return origin + Passed() - replayed; }
  bool IsReplaying() const { return Cursor() < replay_end; }
  // The furthest that the route has been.
  uint64_t Reached() const { return IsReplaying() ? replay_end : Cursor(); }
  bool operator==(const Books&) const = default;
};

// The place of one route in its stream. Owned by the stream, lives as long as the journal. Used on
// the loop thread; the journal thread saves it, at most every cursor_interval and at an orderly
// end.
class Cursor {
 public:
  // `difference`: see books_difference().
  Cursor(std::string route, const Books& saved, JournalShared* shared, uint64_t difference = 0);
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  const std::string& route() const { return route_; }
  const Books& books() const { return books_; }
  // The first offset that the route has not done with.
  uint64_t offset() const { return books_.Cursor(); }

  // By how many events the books did not add up when the journal was opened: what was passed was
  // not what the cursor said. They do since, and the route goes on at the lower of the two places.
  uint64_t books_difference() const { return books_difference_; }
  // What is on the medium.
  Books saved() const;

  // The route has done with the next `delta.Passed()` events, as the four counts say; the
  // rest of it is ignored. The new offset must not be beyond what was readable.
  void Advance(const Books& delta);
  // Nothing from `offset` on is deleted until the route has been set back: it is going to be.
  void Hold(uint64_t offset);
  // Sets the route back to `offset`, for a replay.
  void SetBack(uint64_t offset);

 private:
  friend class CursorStore;
  void Changed(uint64_t hold = UINT64_MAX);
  // For the journal thread: what is to be saved, if that has changed; then it counts as saved,
  // until SaveFailed().
  std::optional<Books> TakeChanged();
  void SaveFailed();
  void Saved(const Books& books);

  // Nothing from there on may be deleted: a way back that the journal thread has not saved yet.
  uint64_t held_from() const { return held_from_.load(); }
  // What was taken is the saved cursor's to hold from now on.
  void LetGo() { held_from_.compare_exchange_strong(taken_hold_, UINT64_MAX); }

  const std::string route_;
  const uint64_t books_difference_;
  Books books_;                                   // loop thread
  std::atomic<uint64_t> held_from_ = UINT64_MAX;  // changed with wanted_
  uint64_t taken_hold_ = UINT64_MAX;              // journal thread
  JournalShared* const shared_;
  Books wanted_ SLUICE_GUARDED_BY(shared_->mutex);                // a copy for the journal thread
  bool will_set_back_ SLUICE_GUARDED_BY(shared_->mutex) = false;  // what is held is not in wanted_
  Books saved_ SLUICE_GUARDED_BY(shared_->mutex);
  bool dirty_ SLUICE_GUARDED_BY(shared_->mutex) = true;  // wanted_ is not what was saved
};

}  // namespace sluice::journal
