#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "schema/event_fields.h"

namespace sluice::schema {

// Reads one event in place. Meant to be reused; one thread at a time. What it hands out is valid
// until the next Parse and as long as the bytes given to Parse live. Reading before a successful
// Parse is our own fault and aborts.
class EventView {
 public:
  // The largest event we read. Larger than any event the normaliser can build from the largest
  // payload.
  static constexpr size_t kMaxEventBytes = 1 << 20;

  // Verifies that `bytes` are exactly one event (identifier "SLEV"): every offset inside, tables,
  // depth and counts bounded, required members there. kCorruption otherwise. Copies into a scratch
  // buffer of its own when `bytes` are not 8-byte aligned, because 32-bit ARM traps on unaligned
  // doubles.
  Status Parse(ByteSpan bytes);

  std::string_view type() const;
  std::string_view gateway() const;
  std::string_view stream() const;
  uint64_t offset() const;
  std::string_view device() const;
  std::string_view identity() const;
  WallTime time() const;
  TimeSource time_source() const;
  WallTime received() const;
  std::string_view topic() const;
  std::string_view profile() const;
  Severity severity() const;
  std::string_view traceparent() const;
  std::optional<uint64_t> sequence() const;
  // All of the above at once.
  EventFields fields() const;

  size_t reading_count() const;
  Reading reading(size_t i) const;  // i < reading_count()
  size_t attribute_count() const;
  Attribute attribute(size_t i) const;  // i < attribute_count()

 private:
  const void* root_ = nullptr;     // the verified table; its type stays in event_view.cc
  std::vector<uint64_t> aligned_;  // the copy, when one was needed
};

}  // namespace sluice::schema
