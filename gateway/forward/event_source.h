#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "base/bytes.h"
#include "base/status.h"
#include "schema/gap.h"

namespace sluice::forward {

// One committed record of a stream: an event, or a gap that stands for events that are no more.
struct SourceRecord {
  uint64_t first = 0;
  uint64_t last = 0;  // inclusive; == first for an event
  bool is_gap = false;
  ByteSpan event;  // empty for a gap
  schema::GapReason reason = schema::GapReason::kUnknown;

  uint64_t end() const { return last + 1; }
  uint64_t count() const { return last - first + 1; }
};

// Where a route stands, in the terms of invariant 2. cursor == the sum of the other four, always.
struct RouteBooks {
  uint64_t cursor = 0;  // the next offset that is not yet accounted for
  uint64_t acknowledged = 0;
  uint64_t dead_lettered = 0;
  uint64_t expired = 0;
  uint64_t evicted = 0;  // never stored, removed, or set aside: what gap records stood for

  bool balanced() const { return cursor == acknowledged + dead_lettered + expired + evicted; }
};

// What a route needs of its stream: committed records from any offset, and a place for its books.
// JournalSource is one on the journal; tests script theirs. Loop thread only.
class EventSource {
 public:
  // `records` are contiguous; the first one holds the offset that was asked for (a gap may begin
  // before it). They stay valid until the next Read. No records with an OK status: nothing is
  // committed there yet.
  using ReadDone = std::function<void(Status, std::span<const SourceRecord> records)>;

  virtual ~EventSource() = default;

  // Everything below this offset is committed and can be read.
  virtual uint64_t CommittedEnd() const = 0;
  // Reads about `max_bytes` of records, at least one. `done` is called later, never from inside
  // Read. At most one read at a time.
  virtual void Read(uint64_t from, size_t max_bytes, ReadDone done) = 0;
  // Forgets a running read: its `done` will not be called.
  virtual void CancelRead() = 0;

  virtual RouteBooks LoadBooks() const = 0;
  // Remembers the books; durable some time later. A crash may bring back older ones, and the route
  // then sends again what the uplink has already.
  virtual void SaveBooks(const RouteBooks& books) = 0;
};

}  // namespace sluice::forward
