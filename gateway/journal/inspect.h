#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "journal/cursor.h"
#include "journal/record.h"

namespace sluice::journal {

// Looks at a data directory without writing to it or locking it, while a gateway runs on it or not.
// What it sees is then a moment's picture. The end of the last segment may be written but not yet
// synced: sizes, ends and `verify` count it, records of it are not shown.

struct SegmentSummary {
  std::string file;
  uint64_t base_offset = 0;
  uint64_t end_offset = 0;
  uint64_t bytes = 0;
  bool gap = false;  // nothing but one gap record
};

struct RouteSummary {
  std::string route;
  Status status;  // not OK when the cursor can't be read
  Books books;
};

struct StreamSummary {
  std::string name;
  uint64_t first_offset = 0;
  uint64_t next_offset = 0;
  uint64_t bytes = 0;
  std::vector<SegmentSummary> segments;
  std::vector<RouteSummary> routes;
  std::vector<std::string> quarantined;  // file names
};

// `sluice journal ls`: every stream, by name.
Result<std::vector<StreamSummary>> ListStreams(const Env& env, const std::string& directory);

// Where the committed part of a stream ends, as far as its files prove it: its floor, its cursors
// and the batch records of its last segment say so. Beside a running gateway, and after it was
// killed, that is everything; after a power cut the last commits may be missing until the gateway
// has opened the stream again.
Result<uint64_t> CommittedEnd(const Env& env, const std::string& directory,
                              const std::string& stream);

// The floor alone, which costs two small reads; 0 when it cannot be read.
uint64_t FloorOf(const Env& env, const std::string& directory, const std::string& stream);

// `sluice journal cat`: calls `visit` for each record from `from_offset` on until it returns false
// or what is committed ends: nobody outside sees an event before that. The payload is valid during
// the call. Damage shows as a gap (`corrupt`).
Status VisitRecords(const Env& env, const std::string& directory, const std::string& stream,
                    uint64_t from_offset, const std::function<bool(const Record&)>& visit);

// The same up to `end`, which was found to be committed: saves another look at the last segment.
Status VisitRecordsBelow(const Env& env, const std::string& directory, const std::string& stream,
                         uint64_t from_offset, uint64_t end,
                         const std::function<bool(const Record&)>& visit);

struct Finding {
  enum class Kind : uint8_t {
    kDamage,    // an invalid record or header; the events are lost
    kMissing,   // a hole between segments
    kTornTail,  // the end of the last segment is not whole; nothing acknowledged is lost
    kCursor,    // a cursor can't be read
  };
  Kind kind;
  std::string file;
  uint64_t byte = 0;  // where in the file
  uint64_t bytes = 0;
  uint64_t first_offset = 0;  // events [first_offset, end_offset) are affected
  uint64_t end_offset = 0;
};

struct VerifyReport {
  uint64_t events = 0;
  uint64_t event_bytes = 0;
  uint64_t gaps = 0;
  uint64_t gap_events = 0;
  std::vector<Finding> findings;
  // Nothing acknowledged is damaged or missing; a torn tail alone is sound.
  bool sound() const;
};

// `sluice journal verify`: reads every byte of a stream.
Result<VerifyReport> VerifyStream(const Env& env, const std::string& directory,
                                  const std::string& stream);

}  // namespace sluice::journal
