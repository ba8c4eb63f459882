#include "journal/segment_scanner.h"

#include <algorithm>

namespace sluice::journal {
namespace {

constexpr size_t kWindowBytes = 64u << 10;
constexpr size_t kPageBytes = 4096;  // what a medium fails to read at a time
// Stands for a byte that can't be read: no record looks like it, and it is not the end either.
constexpr uint8_t kUnreadable = 0xFF;
constexpr uint64_t kSearchBudget = 512ull << 20;

bool IsZero(ByteSpan bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t b) { return b == 0; });
}

}  // namespace

SegmentScanner::SegmentScanner(const ReadableFile& file, uint64_t stream_id, uint64_t position,
                               uint64_t first_offset, uint64_t end_offset, BlockUnpacker* unpacker)
    : file_(file),
      stream_id_(stream_id),
      position_(position),
      expected_offset_(first_offset),
      end_offset_(end_offset),
      search_budget_(kSearchBudget),
      unpacker_(unpacker != nullptr ? *unpacker : own_unpacker_) {
  const Result<uint64_t> size = file.Size();
  if (size.ok()) {
    file_bytes_ = *size;
  } else {
    status_ = size.status();
  }
}

// Up to `size` bytes at `position`; fewer at the end of the file.
ByteSpan SegmentScanner::Window(uint64_t position, size_t size) {
  if (position >= file_bytes_) return {};
  size = static_cast<size_t>(std::min<uint64_t>(size, file_bytes_ - position));
  const bool inside =
      position >= window_begin_ && position + size <= window_begin_ + window_.size();
  if (!inside) {
    const uint64_t wanted =
        std::min<uint64_t>(std::max(size, kWindowBytes), file_bytes_ - position);
    window_.resize(static_cast<size_t>(wanted));
    window_begin_ = position;
    FillWindow();
  }
  const ByteSpan window(window_);
  const size_t at = static_cast<size_t>(position - window_begin_);
  return window.subspan(at, std::min(size, window.size() - at));
}

// At once, or when that fails page by page, so that one bad page costs no other.
void SegmentScanner::FillWindow() {
  const Result<size_t> got = file_.ReadAt(window_begin_, window_.size(), window_.data());
  if (got.ok()) return window_.resize(*got);
  size_t filled = 0;
  while (filled < window_.size()) {
    const uint64_t position = window_begin_ + filled;
    const uint64_t page_end = (position / kPageBytes + 1) * kPageBytes;
    const auto size =
        static_cast<size_t>(std::min<uint64_t>(page_end - position, window_.size() - filled));
    const size_t read = ReadPage(position, size, window_.data() + filled);
    filled += read;
    if (read < size) break;  // the file has become shorter
  }
  window_.resize(filled);
}

size_t SegmentScanner::ReadPage(uint64_t position, size_t size, uint8_t* to) {
  const Result<size_t> got = file_.ReadAt(position, size, to);
  if (got.ok()) return *got;
  status_ = got.status();
  std::fill(to, to + size, kUnreadable);
  return size;
}

bool SegmentScanner::DecodeAt(uint64_t position, DecodedRecord* record) {
  size_t needed = 0;
  const ByteSpan header = Window(position, kRecordHeaderBytes);
  DecodeVerdict verdict = DecodeRecord(header, stream_id_, record, &needed);
  if (verdict != DecodeVerdict::kNeedMore || header.size() < kRecordHeaderBytes) return false;
  const ByteSpan whole = Window(position, needed);
  verdict = DecodeRecord(whole, stream_id_, record, &needed);
  if (verdict != DecodeVerdict::kValid || record->offset < expected_offset_) return false;
  if (record->kind != RecordKind::kBlock || record->offset >= end_offset_) return true;
  plain_ = unpacker_.Unpack(*record);
  return !plain_.empty();
}

SegmentScanner::Item SegmentScanner::Next() {
  if (at_end_) return {Item::Kind::kEnd, position_, 0, {}, {}};
  DecodedRecord record;
  if (DecodeAt(position_, &record)) return Accept(position_, record);
  return BehindDamage();
}

SegmentScanner::Item SegmentScanner::Accept(uint64_t position, const DecodedRecord& record) {
  if (record.offset >= end_offset_) {
    at_end_ = true;
    return {Item::Kind::kEnd, position, 0, {}, {}};
  }
  position_ = position + record.bytes;
  expected_offset_ = std::min(record.end_offset, end_offset_);
  Item item{Item::Kind::kRecord, position, record.bytes, record, plain_};
  item.record.end_offset = expected_offset_;
  return item;
}

SegmentScanner::Item SegmentScanner::BehindDamage() {
  const uint64_t begin = position_;
  DecodedRecord record;
  bool only_zeros = true;
  const bool found = FindNext(&position_, &record, &only_zeros);
  if (!found && (only_zeros || expected_offset_ >= end_offset_)) {
    at_end_ = true;
    position_ = begin;
    return {Item::Kind::kEnd, begin, 0, {}, {}};
  }
  return {Item::Kind::kDamage, begin, position_ - begin, {}, {}};
}

// Moves `*position` to the next valid record, or to the end of the file.
bool SegmentScanner::FindNext(uint64_t* position, DecodedRecord* record, bool* only_zeros) {
  for (;; *position += kRecordAlignment) {
    const ByteSpan bytes = Window(*position, kRecordHeaderBytes);
    *only_zeros = *only_zeros && IsZero(bytes.first(std::min(bytes.size(), kRecordAlignment)));
    if (bytes.size() < kRecordHeaderBytes) break;
    size_t needed = 0;
    if (DecodeRecord(bytes, stream_id_, record, &needed) != DecodeVerdict::kNeedMore) continue;
    if (LoadLe64(&bytes[16]) < expected_offset_ || needed > file_bytes_ - *position) continue;
    if (needed > search_budget_) break;
    search_budget_ -= needed;
    if (DecodeAt(*position, record)) return true;
  }
  *only_zeros = *only_zeros && IsZero(Window(*position, kRecordHeaderBytes));
  *position = std::max(*position, file_bytes_);
  return false;
}

}  // namespace sluice::journal
