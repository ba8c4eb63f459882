#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"

namespace sluice::journal {

struct OffsetRange {
  uint64_t first = 0;
  uint64_t end = 0;  // exclusive, > first
  bool operator==(const OffsetRange&) const = default;
};

// A set of offsets as ranges: ascending, none empty, none touching the next. A value.
class HandledMarks {
 public:
  // Stops a file that claims to be large from filling the memory; 16 MiB of ranges.
  static constexpr size_t kMaxRanges = 1 << 20;
  static constexpr size_t kMaxFileBytes = 32 + 16 * kMaxRanges;

  bool Contains(uint64_t offset) const;
  // Whether the offset was not in the set before.
  bool Add(uint64_t offset);
  // Takes out everything below `offset`.
  void DropBelow(uint64_t offset);
  bool empty() const { return ranges_.empty(); }
  const std::vector<OffsetRange>& ranges() const { return ranges_; }

  // "Handled events" in FORMAT.md. Decode fails with kCorruption, or with kUnimplemented for a
  // newer version's file.
  std::vector<uint8_t> Encode(uint64_t stream_id) const;
  static Result<HandledMarks> Decode(ByteSpan file, uint64_t* stream_id);

 private:
  std::vector<OffsetRange> ranges_;
};

}  // namespace sluice::journal
