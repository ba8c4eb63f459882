#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::schema {

// Why events are missing from a stream. Stored and sent, see event_fields.h.
enum class GapReason : uint8_t {
  kUnknown = 0,
  kEvicted = 1,       // drop_oldest: removed before every route had carried them
  kDropped = 2,       // drop_newest: never stored; their offsets were counted
  kQuarantined = 3,   // their segment was corrupt and has been set aside
  kExpired = 4,       // older than the stream keeps
  kDeadLettered = 5,  // this route's uplink refused them for good; kept in the dead-letter stream
};

std::string_view GapReasonName(GapReason reason);  // "unknown", "evicted", "dropped", …

// A run of offsets of a stream whose events a consumer will not see. Stands in the stream at its
// place.
struct Gap {
  uint64_t first = 0;  // first offset that is missing
  uint64_t last = 0;   // last offset that is missing (inclusive), >= first
  GapReason reason = GapReason::kUnknown;

  uint64_t count() const { return last - first + 1; }
};

}  // namespace sluice::schema
