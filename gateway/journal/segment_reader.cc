#include "journal/segment_reader.h"

#include <algorithm>
#include <utility>

#include "journal/segment_header.h"

namespace sluice::journal {
namespace {

constexpr size_t kWindowBytes = 32u << 10;

}  // namespace

void SegmentReader::Open(std::unique_ptr<ReadableFile> file, uint64_t base) {
  file_ = std::move(file);
  base_ = base;
  window_.clear();
  Rewind();
}

void SegmentReader::Rewind() { MoveTo(kSegmentHeaderBytes, base_); }

void SegmentReader::MoveTo(uint64_t position, uint64_t offset) {
  position_ = position;
  offset_ = offset;
  has_current_ = false;
  events_ = {};
}

void SegmentReader::Advance() {
  offset_ = current_.end_offset;
  has_current_ = events_.Next(&current_);
}

SegmentReader::Verdict SegmentReader::Look(uint64_t stream_id, Record* record) {
  while (!has_current_) {
    const Verdict verdict = Load(stream_id);
    if (verdict != Verdict::kRecord) return verdict;
  }
  *record = current_;
  return Verdict::kRecord;
}

// Takes the record at position_ from the file. What the window holds of it may be from before it
// was written.
SegmentReader::Verdict SegmentReader::Load(uint64_t stream_id) {
  DecodedRecord record;
  Verdict verdict = Decode(stream_id, &record);
  if (verdict == Verdict::kDamaged && window_begin_ != position_) {
    window_.clear();
    verdict = Decode(stream_id, &record);
  }
  if (verdict != Verdict::kRecord) return verdict;
  return Take(record) ? Verdict::kRecord : Verdict::kDamaged;
}

SegmentReader::Verdict SegmentReader::Decode(uint64_t stream_id, DecodedRecord* record) {
  for (size_t needed = kRecordHeaderBytes;;) {
    const Result<ByteSpan> bytes = BytesAtPlace(needed);
    if (!bytes.ok()) {
      status_ = bytes.status();
      return Verdict::kFailed;
    }
    if (bytes->size() < needed) return Verdict::kDamaged;  // the file ends too early
    const DecodeVerdict verdict = DecodeRecord(*bytes, stream_id, record, &needed);
    if (verdict == DecodeVerdict::kValid) return Verdict::kRecord;
    if (verdict == DecodeVerdict::kInvalid) return Verdict::kDamaged;
  }
}

// At least so many as are `wanted`, if the file has them.
Result<ByteSpan> SegmentReader::BytesAtPlace(size_t wanted) {
  const bool inside =
      position_ >= window_begin_ && position_ + wanted <= window_begin_ + window_.size();
  if (!inside) {
    window_.resize(std::max(wanted, kWindowBytes));
    window_begin_ = position_;
    const Result<size_t> got = file_->ReadAt(position_, window_.size(), window_.data());
    window_.resize(got.ok() ? *got : 0);
    if (!got.ok()) return got.status();
  }
  return ByteSpan(window_).subspan(static_cast<size_t>(position_ - window_begin_));
}

bool SegmentReader::Take(const DecodedRecord& record) {
  if (record.offset != offset_) return false;
  if (record.kind == RecordKind::kBlock) {
    const ByteSpan plain = unpacker_.Unpack(record);
    if (plain.empty()) return false;
    events_ = BlockEvents(plain, record.offset);
    has_current_ = events_.Next(&current_);
  } else if (record.kind != RecordKind::kBatch) {
    current_ = record.ToRecord();
    has_current_ = true;
  }
  position_ += record.bytes;
  return true;
}

}  // namespace sluice::journal
