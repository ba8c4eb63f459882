#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/env.h"
#include "base/status.h"
#include "journal/cursor.h"
#include "journal/paths.h"
#include "journal/slot_file.h"

namespace sluice::journal {

// The payload of a cursor's slot; see FORMAT.md.
constexpr size_t kBooksBytes = 64;
void EncodeBooks(const Books& books, uint8_t* at);
// If they do not add up to the cursor, by `*difference` events, they are mended so that the route
// is at the lower of the two places.
std::optional<Books> DecodeBooks(ByteSpan payload, uint64_t* difference = nullptr);

// The cursor files of one stream. Loaded before the journal thread starts, saved on it.
class CursorStore {
 public:
  CursorStore(Env& env, StreamPaths paths, uint64_t stream_id, JournalShared* shared);

  // Reads the books of `route`. Nothing if there are none to rely on; then Begin() must choose
  // where it begins. A damaged file is set aside, with a log line. Fails as SlotFile::Load does.
  Result<std::optional<Books>> Load(std::string_view route);
  // Cursor files that were damaged, of those that Load was asked for.
  uint64_t damaged() const { return damaged_; }
  // The largest cursor in any file, of routes that are not configured now, too. Fails likewise.
  Result<uint64_t> HighestSaved() const;
  // Makes the cursor, which this store saves from now on; also once at first, so that where a route
  // begins is known before the first event is evicted, and what Load has found is synced.
  std::unique_ptr<Cursor> Begin(std::string_view route, const Books& books);

  // Saves what has changed since it was last saved; goes on behind a failure and returns the last
  // one.
  Status Save();
  bool IsDirty() const;  // the shared mutex is held
  // The lowest saved cursor; 0 without cursors, or before each has been saved once, which keeps
  // everything.
  uint64_t LowestSaved() const;
  bool empty() const { return entries_.empty(); }
  bool has_unsaved() const;  // a cursor that was not saved once yet

 private:
  struct Entry {
    Cursor* cursor;
    SlotFile file;
    Books saved;
    bool is_saved;  // by us; what was loaded may be in the page cache only
  };
  Status SaveOne(Entry* entry);

  Env& env_;
  const StreamPaths paths_;
  const uint64_t stream_id_;
  JournalShared* const shared_;
  std::vector<Entry> entries_;
  // What Load has read.
  struct Loaded {
    std::string route;
    uint64_t sequence;
    uint64_t difference;
  };
  std::vector<Loaded> loaded_;
  uint64_t damaged_ = 0;
};

}  // namespace sluice::journal
