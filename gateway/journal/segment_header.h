#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace sluice::journal {

constexpr size_t kSegmentHeaderBytes = 64;

// See "Segment header" in FORMAT.md.
struct SegmentHeader {
  static constexpr uint16_t kPlainVersion = 1;  // of a segment without blocks
  static constexpr uint16_t kVersion = 2;       // the latest

  uint64_t stream_id = 0;
  uint64_t base_offset = 0;
  uint64_t gap_end = 0;  // of a gap segment, else 0
  int64_t created = 0;
  // Where Decode was false: that of a sound header which is newer than ours, else 0.
  uint16_t version = kPlainVersion;

  void Encode(uint8_t* at) const;  // kSegmentHeaderBytes
  // False when `bytes` is too short or not a whole, sensible header of a version that is known.
  bool Decode(ByteSpan bytes);
};

}  // namespace sluice::journal
