#include "journal/segment_rewriter.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/byte_buffer.h"
#include "journal/block_packer.h"
#include "journal/segment_scanner.h"
#include "journal/segment_writer.h"

namespace sluice::journal {
namespace {

constexpr size_t kChunkBytes = 256u << 10;

class Rewriter {
 public:
  Rewriter(const RewriteRequest& request, SegmentWriter* writer)
      : request_(request), writer_(*writer), expected_(request.from) {
    if (request.compress) packer_.emplace(request.stream_id);
  }

  // `source` is null when it can't be opened; then nothing of it is left.
  Status Copy(const ReadableFile* source) {
    if (source != nullptr) SLUICE_RETURN_IF_ERROR(TakeAll(*source));
    FillUpTo(request_.end);
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
      if (item.kind != SegmentScanner::Item::Kind::kRecord) continue;
      // Batch records are left out: the new segment is synced as a whole.
      item.ForEachRecord([this](const Record& record) { Take(record); });
      if (buffer_.size() >= kChunkBytes) SLUICE_RETURN_IF_ERROR(Flush());
    }
    return request_.damaged ? Status::Ok() : scanner.status();
  }

  void Take(const Record& record) {
    if (record.end_offset <= expected_) return;
    FillUpTo(record.offset);
    const uint64_t id = request_.stream_id;
    if (record.kind == Record::Kind::kGap) {
      EncodeGap(buffer_.Extend(kGapBytes), id, expected_, record.end_offset, record.reason,
                record.time_unix_ns);
    } else {
      uint8_t* at = buffer_.Extend(RecordBytes(record.payload.size()));
      EncodeEvent(at, id, record.offset, record.time_unix_ns, record.payload);
    }
    expected_ = record.end_offset;
  }

  void FillUpTo(uint64_t offset) {
    if (offset <= expected_) return;
    EncodeGap(buffer_.Extend(kGapBytes), request_.stream_id, expected_, offset, GapReason::kCorrupt,
              request_.now);
    lost_events_ += offset - expected_;
    expected_ = offset;
  }

  Status Flush() {
    ByteSpan rest = buffer_.view();
    while (!rest.empty()) {
      const ByteSpan stored =
          packer_ ? packer_->Pack(&rest, writer_.bytes()) : std::exchange(rest, {});
      SLUICE_RETURN_IF_ERROR(writer_.Append(stored));
    }
    buffer_.Clear();
    return Status::Ok();
  }

  const RewriteRequest& request_;
  SegmentWriter& writer_;
  ByteBuffer buffer_;
  std::optional<BlockPacker> packer_;
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
  SegmentHeader header{request.stream_id, request.from, 0, request.now};
  if (request.compress) header.version = SegmentHeader::kVersion;
  auto writer = SegmentWriter::Create(env, paths, header, 0);
  if (!writer.ok()) return writer.status();
  Rewriter rewriter(request, writer->get());
  SLUICE_RETURN_IF_ERROR(rewriter.Copy(source.ok() ? source->get() : nullptr));
  SLUICE_RETURN_IF_ERROR((*writer)->Publish());
  return RewrittenSegment{(*writer)->bytes(), rewriter.lost_events()};
}

}  // namespace sluice::journal
