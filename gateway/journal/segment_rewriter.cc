#include "journal/segment_rewriter.h"

#include <algorithm>
#include <memory>

#include "base/byte_buffer.h"
#include "journal/segment_scanner.h"
#include "journal/segment_writer.h"

namespace sluice::journal {
namespace {

constexpr size_t kChunkBytes = 256u << 10;

class Rewriter {
 public:
  Rewriter(const RewriteRequest& request, SegmentWriter* writer)
      : request_(request), writer_(*writer), expected_(request.from) {}

  // `source` is null when it can't be opened; then nothing of it is left.
  Status Copy(const ReadableFile* source) {
    if (source != nullptr) SLUICE_RETURN_IF_ERROR(TakeAll(*source));
    SLUICE_RETURN_IF_ERROR(FillUpTo(request_.end));
    return Flush();
  }

  uint64_t lost_events() const { return lost_events_; }

 private:
  Status TakeAll(const ReadableFile& source) {
    SegmentScanner scanner(source, request_.stream_id, kSegmentHeaderBytes, request_.source_base,
                           request_.end);
    for (;;) {
      const SegmentScanner::Item item = scanner.Next();
      if (item.kind == SegmentScanner::Item::Kind::kEnd) break;
      if (item.kind == SegmentScanner::Item::Kind::kRecord)
        SLUICE_RETURN_IF_ERROR(Take(item.record));
    }
    return request_.damaged ? Status::Ok() : scanner.status();
  }

  // Batch records are left out: the new segment is synced as a whole.
  Status Take(const DecodedRecord& record) {
    if (record.kind == RecordKind::kBatch || record.end_offset <= expected_) return Status::Ok();
    SLUICE_RETURN_IF_ERROR(FillUpTo(record.offset));
    const uint64_t id = request_.stream_id;
    if (record.kind == RecordKind::kGap) {
      EncodeGap(buffer_.Extend(kGapBytes), id, expected_, record.end_offset, record.reason,
                record.time);
    } else {
      uint8_t* at = buffer_.Extend(RecordBytes(record.payload.size()));
      EncodeEvent(at, id, record.offset, record.time, record.payload);
    }
    expected_ = record.end_offset;
    return buffer_.size() < kChunkBytes ? Status::Ok() : Flush();
  }

  Status FillUpTo(uint64_t offset) {
    if (offset <= expected_) return Status::Ok();
    EncodeGap(buffer_.Extend(kGapBytes), request_.stream_id, expected_, offset, GapReason::kCorrupt,
              request_.now);
    lost_events_ += offset - expected_;
    expected_ = offset;
    return Status::Ok();
  }

  Status Flush() {
    const Status status = writer_.Append(buffer_.view());
    buffer_.Clear();
    return status;
  }

  const RewriteRequest& request_;
  SegmentWriter& writer_;
  ByteBuffer buffer_;
  uint64_t expected_;
  uint64_t lost_events_ = 0;
};

}  // namespace

Result<RewrittenSegment> RewriteSegment(Env& env, const StreamPaths& paths,
                                        const RewriteRequest& request) {
  const auto source = env.OpenReadable(request.source);
  // Too many open files is no damage.
  const bool later = source.status().code() == StatusCode::kResourceExhausted;
  if (!source.ok() && (later || !request.damaged)) return source.status();
  const SegmentHeader header{request.stream_id, request.from, 0, request.now};
  auto writer = SegmentWriter::Create(env, paths, header, 0);
  if (!writer.ok()) return writer.status();
  Rewriter rewriter(request, writer->get());
  SLUICE_RETURN_IF_ERROR(rewriter.Copy(source.ok() ? source->get() : nullptr));
  SLUICE_RETURN_IF_ERROR((*writer)->Publish());
  return RewrittenSegment{(*writer)->bytes(), rewriter.lost_events()};
}

}  // namespace sluice::journal
