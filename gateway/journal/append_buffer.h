#pragma once

#include <cstdint>

#include "base/byte_buffer.h"
#include "journal/record_format.h"

namespace sluice::journal {

// Dirty records, encoded as they will be written: a batch record, then events and gaps. Keeps its
// memory.
class AppendBuffer {
 public:
  bool empty() const { return bytes_.empty(); }
  size_t size() const { return bytes_.size(); }
  uint8_t* data() { return bytes_.data(); }
  uint64_t end_offset() const { return end_offset_; }
  // Nothing but one gap, which then can be stored as a gap segment.
  bool is_one_gap() const {
    return bytes_.size() == kBatchBytes + kGapBytes && last_gap_at_ != kNoGap;
  }

  // What adding an event makes the buffer grow by.
  size_t CostOf(size_t payload_bytes) const {
    return RecordBytes(payload_bytes) + (bytes_.empty() ? kBatchBytes : 0);
  }
  void AddEvent(uint64_t stream_id, uint64_t offset, int64_t time, ByteSpan payload);
  // One more event that is not stored: lengthens the gap at the end or begins one.
  void AddDropped(uint64_t stream_id, uint64_t offset, int64_t time);
  // Moves everything from `other`, which begins where this ends, to the end of this.
  void TakeFrom(AppendBuffer* other);
  // Forgets the first `bytes`, which end where a batch ends.
  void DropFront(size_t bytes);
  void Clear();

 private:
  static constexpr size_t kNoGap = SIZE_MAX;
  void Begin(uint64_t stream_id, uint64_t offset, int64_t time);

  ByteBuffer bytes_;
  uint64_t end_offset_ = 0;
  size_t last_gap_at_ = kNoGap;  // where the last record begins, if it is a gap
  uint64_t gap_begin_ = 0;       // the first offset of that gap
};

}  // namespace sluice::journal
