#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/status.h"
#include "journal/cursor.h"
#include "schema/gap.h"

namespace sluice::forward {

// One committed record of a stream: an event, or a gap that stands for events that are no more.
struct SourceRecord {
  uint64_t first = 0;
  uint64_t last = 0;  // inclusive; == first for an event
  WallTime appended{};
  bool is_gap = false;
  schema::GapReason reason = schema::GapReason::kUnknown;  // of a gap
  ByteSpan event;                                          // empty for a gap

  uint64_t end() const { return last + 1; }
  uint64_t count() const { return last - first + 1; }
};

// What a route needs of its stream: committed records from any offset, and a place for its books.
// JournalSource is one on the journal; tests script theirs. Loop thread only.
class EventSource {
 public:
  // `records` are contiguous and begin at the offset that was asked for. They stay valid until the
  // next Read or CancelRead. No records with an OK status: nothing is committed there yet.
  using ReadDone = std::function<void(Status, std::span<const SourceRecord> records)>;

  virtual ~EventSource() = default;

  // Everything below this offset can be read.
  virtual uint64_t ReadableEnd() const = 0;
  // `more` runs whenever ReadableEnd() has grown; null: nobody listens any more.
  virtual void SetListener(std::function<void()> more) = 0;
  // Reads a bounded number of records, at least one. `done` is called later, never from inside
  // Read. At most one read at a time.
  virtual void Read(uint64_t from, ReadDone done) = 0;
  // Forgets a running read: its `done` will not be called.
  virtual void CancelRead() = 0;

  // Where the route stands. Saved some time after Advance; a crash may bring back older books, and
  // the route then sends again what the uplink has already.
  virtual const journal::Books& books() const = 0;
  // The next delta.Passed() offsets are accounted for as `delta` says (its origin is ignored).
  virtual void Advance(const journal::Books& delta) = 0;
  // The route is going to be set back to `offset`: nothing from there on may go until then.
  virtual void Hold(uint64_t offset) = 0;
  // The route is at `offset` again, which it had passed; see journal::Cursor.
  virtual void SetBack(uint64_t offset) = 0;
};

}  // namespace sluice::forward
