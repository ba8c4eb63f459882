#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/status.h"
#include "journal/cursor.h"
#include "journal/options.h"
#include "journal/reader.h"

namespace sluice::journal {

enum class AppendVerdict : uint8_t {
  kStored,    // has an offset and will be committed
  kDropped,   // drop_newest: has an offset, a gap will be committed in its place
  kFull,      // no room on the disk; OnSpace tells when to try again
  kBusy,      // the memory for uncommitted events is full; OnSpace tells when to try again
  kTooLarge,  // larger than max_event_bytes; never try again
};

struct AppendResult {
  AppendVerdict verdict;
  uint64_t offset;  // with kStored and kDropped
};

// Told on the loop thread, from within Journal::Poll().
class StreamObserver {
 public:
  virtual ~StreamObserver() = default;
  // As much is safe of the events below `offset` as the stream's durability asks: their publishers
  // may be told.
  virtual void OnAcknowledgeable(uint64_t offset) = 0;
  // Records below `offset` are synced, so they can be read.
  virtual void OnCommitted(uint64_t offset) = 0;
  // After kFull or kBusy: appending may succeed again.
  virtual void OnSpace() = 0;
};

struct StreamStatus {
  uint64_t first_offset = 0;  // the first that is still stored, as an event or as a gap
  uint64_t next_offset = 0;
  uint64_t acknowledgeable_offset = 0;  // no lower than what is committed
  uint64_t committed_offset = 0;        // everything below is synced
  uint64_t stored_bytes = 0;
  // Of them, and of the events: what every route has passed and only still is there.
  uint64_t kept_bytes = 0;
  uint64_t kept_events = 0;
  uint64_t segments = 0;
  uint64_t dirty_bytes = 0;     // appended and not yet written and synced
  uint64_t evicted_events = 0;  // since opening; by drop_oldest and by drop_newest
  uint64_t quarantined = 0;     // segments, since opening
  uint64_t torn_bytes = 0;      // cut when opening
  Status last_failure;          // OK when the last write and sync succeeded
};

class StreamCore;

// An append-only sequence of events. Owned by the journal, lives as long as it does. Loop thread
// only.
class Stream {
 public:
  Stream(StreamCore* core, uint64_t next_offset, uint64_t committed,
         std::vector<std::unique_ptr<Cursor>> cursors);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  const std::string& name() const;
  uint64_t id() const;             // as in FORMAT.md
  size_t max_event_bytes() const;  // a larger one is kTooLarge
  uint64_t max_bytes() const;      // on the disk
  // The offset that the next event gets, so that it can be written into the event.
  uint64_t next_offset() const { return next_offset_; }
  // As told by the last Poll(): below which publishers may be told, and below which everything is
  // synced and can be read.
  uint64_t acknowledgeable_offset() const { return acknowledgeable_offset_; }
  uint64_t committed_offset() const { return committed_offset_; }

  // Copies `payload` into memory and leaves the rest to the journal thread. No I/O; no allocation
  // once the buffers have seen their largest load.
  AppendResult Append(ByteSpan payload);
  AppendResult Append(ByteSpan payload, WallTime time);
  // The same for all events of one message: all of them or, with any verdict but kStored and
  // kDropped, none. `offset` is the first one's; the others follow.
  AppendResult AppendAll(std::span<const ByteSpan> payloads, WallTime time);

  // How many bytes of events may be appended before somebody is refused, something is dropped or an
  // event goes that a route has not passed. For who can wait: replays. A stream that no route reads
  // and that drops its oldest has all room.
  uint64_t spare_bytes() const;
  // Has what is appended by now synced, whatever the durability, though not at once.
  void CommitSoon();

  // The cursor of a route named in StreamOptions::routes; null for any other.
  Cursor* cursor(std::string_view route);
  const std::vector<std::unique_ptr<Cursor>>& cursors() const { return cursors_; }

  // A reader of committed records. It may outlive neither the stream nor be used on another thread.
  std::unique_ptr<Reader> NewReader(size_t max_bytes, Reader::Callback callback);

  // Runs `work`, on files beside the stream, on the journal thread, which commits nothing
  // meanwhile; then `done` from within Journal::Poll(), unless the journal was closed before. Not
  // run, and not OK, while the stream's directory is not in place.
  void RunErrand(std::function<Status(Env&)> work, std::function<void(const Status&)> done);

  // Observers are told in the order of adding; not owned. Neither may be called from within an
  // observer.
  void AddObserver(StreamObserver* observer);
  void RemoveObserver(StreamObserver* observer);

  StreamStatus status() const;

 private:
  friend class Journal;
  void Tell(uint64_t acknowledgeable, uint64_t committed, bool space);

  StreamCore* const core_;
  uint64_t next_offset_ = 0;
  uint64_t acknowledgeable_offset_ = 0;
  uint64_t committed_offset_ = 0;
  const std::vector<std::unique_ptr<Cursor>> cursors_;
  std::vector<StreamObserver*> observers_;
};

}  // namespace sluice::journal
