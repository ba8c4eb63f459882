#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "journal/journal_shared.h"

namespace sluice::journal {

// What became of events that a route has passed, in events. The invariant of the books,
//   next_offset - origin == acknowledged + dead_lettered + expired + evicted + pending,
// holds by construction, because the cursor is their sum and pending is what lies behind it.
struct Books {
  uint64_t origin = 0;  // where the route began; 0 unless it was added late or set back
  uint64_t acknowledged = 0;
  uint64_t dead_lettered = 0;
  uint64_t expired = 0;
  uint64_t evicted = 0;  // met as gaps, of whatever reason

  uint64_t Passed() const { return acknowledged + dead_lettered + expired + evicted; }
  uint64_t Cursor() const { return origin + Passed(); }
  bool operator==(const Books&) const = default;
};

// The place of one route in its stream. Owned by the stream, lives as long as the journal. Used on
// the loop thread; the journal thread saves it, at most every cursor_interval and at an orderly
// end.
class Cursor {
 public:
  Cursor(std::string route, const Books& saved, JournalShared* shared);
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  const std::string& route() const { return route_; }
  const Books& books() const { return books_; }
  // The first offset that the route has not done with.
  uint64_t offset() const { return books_.Cursor(); }

  // The route has done with the next `delta.Passed()` events, as the four counts say; delta.origin
  // is ignored. The new offset must not be beyond what was readable.
  void Advance(const Books& delta);
  // Sets the route to `offset` and begins its books anew there. For replays.
  void SetBack(uint64_t offset);

 private:
  friend class CursorStore;
  void Changed();
  // For the journal thread: what is to be saved, if that has changed; then it counts as saved,
  // until SaveFailed().
  std::optional<Books> TakeChanged();
  void SaveFailed();

  const std::string route_;
  Books books_;  // loop thread
  JournalShared* const shared_;
  Books wanted_ SLUICE_GUARDED_BY(shared_->mutex);       // a copy for the journal thread
  bool dirty_ SLUICE_GUARDED_BY(shared_->mutex) = true;  // wanted_ is not what was saved
};

}  // namespace sluice::journal
