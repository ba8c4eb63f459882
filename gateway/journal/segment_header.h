#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace sluice::journal {

constexpr size_t kSegmentHeaderBytes = 64;

// See "Segment header" in FORMAT.md.
struct SegmentHeader {
  static constexpr uint16_t kVersion = 1;

  uint64_t stream_id = 0;
  uint64_t base_offset = 0;
  uint64_t gap_end = 0;  // of a gap segment, else 0
  int64_t created = 0;
  // Where Decode was false: the version of a sound header that is newer than ours, else 0.
  uint16_t version = 0;

  void Encode(uint8_t* at) const;  // kSegmentHeaderBytes
  // False when `bytes` is too short or not a whole, sensible header of this version.
  bool Decode(ByteSpan bytes);
};

}  // namespace sluice::journal
