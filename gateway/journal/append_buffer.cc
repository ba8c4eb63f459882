#include "journal/append_buffer.h"

#include <utility>

namespace sluice::journal {

void AppendBuffer::Begin(uint64_t stream_id, uint64_t offset, int64_t time) {
  if (!bytes_.empty()) return;
  EncodeBatch(bytes_.Extend(kBatchBytes), stream_id, offset, {}, time);
}

void AppendBuffer::AddEvent(uint64_t stream_id, uint64_t offset, int64_t time, ByteSpan payload) {
  Begin(stream_id, offset, time);
  EncodeEvent(bytes_.Extend(RecordBytes(payload.size())), stream_id, offset, time, payload);
  end_offset_ = offset + 1;
  last_gap_at_ = kNoGap;
}

void AppendBuffer::AddDropped(uint64_t stream_id, uint64_t offset, int64_t time) {
  Begin(stream_id, offset, time);
  if (last_gap_at_ == kNoGap) {
    last_gap_at_ = bytes_.size();
    gap_begin_ = offset;
    bytes_.Extend(kGapBytes);
  }
  end_offset_ = offset + 1;
  EncodeGap(bytes_.data() + last_gap_at_, stream_id, gap_begin_, end_offset_, GapReason::kDropped,
            time);
}

void AppendBuffer::TakeFrom(AppendBuffer* other) {
  if (bytes_.empty()) {
    std::swap(bytes_, other->bytes_);
    last_gap_at_ = other->last_gap_at_;
  } else {
    bytes_.Append(other->bytes_.view());
    last_gap_at_ = kNoGap;
  }
  gap_begin_ = other->gap_begin_;
  end_offset_ = other->end_offset_;
  other->Clear();
}

void AppendBuffer::DropFront(size_t bytes) {
  bytes_.Consume(bytes);
  last_gap_at_ = kNoGap;
}

void AppendBuffer::Clear() {
  bytes_.Clear();
  last_gap_at_ = kNoGap;
}

}  // namespace sluice::journal
