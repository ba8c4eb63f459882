#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace sluice::journal {

// Why a range of events is not there any more. The numbers are those of FORMAT.md.
enum class GapReason : uint8_t {
  kNone = 0,
  kEvicted = 1,
  kDropped = 2,
  kCorrupt = 3,
  kMissing = 4
};
std::string_view GapReasonName(GapReason reason);

// What a reader meets: an event, or a gap in place of events. Records come in order and cover every
// offset.
struct Record {
  enum class Kind : uint8_t { kEvent = 1, kGap = 2 };

  Kind kind = Kind::kEvent;
  GapReason reason = GapReason::kNone;  // kNone for an event
  uint64_t offset = 0;
  uint64_t end_offset = 0;   // offset + 1 for an event; a gap covers [offset, end_offset)
  int64_t time_unix_ns = 0;  // when it was appended, by the wall clock of that moment
  ByteSpan payload;          // the event's bytes; empty for a gap
};

}  // namespace sluice::journal
