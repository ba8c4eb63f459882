#include "journal/segment_survey.h"

#include <algorithm>
#include <vector>

#include "journal/segment_header.h"
#include "journal/segment_scanner.h"

namespace sluice::journal {
namespace {

// A place where records stop being valid or contiguous.
struct Break {
  uint64_t position;
  uint64_t offset;  // of the first record that is not there
};

struct Walk {
  uint64_t next_offset;
  uint64_t end_bytes = kSegmentHeaderBytes;
  uint64_t file_bytes = 0;
  uint64_t synced_bytes = 0;
  uint64_t synced_offset;
  std::vector<Break> breaks;

  void Visit(const SegmentScanner::Item& item) {
    const bool damage = item.kind == SegmentScanner::Item::Kind::kDamage;
    const bool skipped = !damage && item.record.offset > next_offset;
    // Damage that goes on is one break.
    const bool known = !breaks.empty() && breaks.back().offset == next_offset;
    if ((damage || skipped) && !known) breaks.push_back({item.position, next_offset});
    file_bytes = item.position + item.bytes;
    if (!damage) Advance(item);
  }

 private:
  void Advance(const SegmentScanner::Item& item) {
    next_offset = item.record.end_offset;
    end_bytes = item.position + item.bytes;
    if (item.record.kind != RecordKind::kBatch) return;
    synced_bytes = std::max(synced_bytes, item.record.synced.bytes);
    synced_offset = std::max(synced_offset, item.record.synced.offset);
  }
};

}  // namespace

SegmentSurvey UnreadableSegment(uint64_t base, uint64_t floor) {
  const uint64_t end = std::max(floor, base);
  return {end, kSegmentHeaderBytes, 0, end, kSegmentHeaderBytes, true};
}

SegmentSurvey SurveySegment(const ReadableFile& file, uint64_t stream_id, uint64_t base,
                            uint64_t floor) {
  SegmentScanner scanner(file, stream_id, kSegmentHeaderBytes, base, UINT64_MAX);
  Walk walk{.next_offset = base, .synced_offset = base, .breaks = {}};
  for (auto item = scanner.Next(); item.kind != SegmentScanner::Item::Kind::kEnd;
       item = scanner.Next()) {
    walk.Visit(item);
  }
  // A page that can't be read is not what a torn write leaves: valid records behind it count.
  const bool unreadable = !scanner.status().ok();
  SegmentSurvey survey;
  survey.end_offset = walk.next_offset;
  survey.end_bytes = walk.end_bytes;
  survey.corrupt = unreadable;
  for (const Break& b : walk.breaks) {
    if (b.position < walk.synced_bytes || b.offset < floor || unreadable) {
      survey.corrupt = true;
      continue;
    }
    survey.end_offset = b.offset;
    survey.end_bytes = b.position;
    survey.torn_bytes = walk.file_bytes - b.position;
    break;
  }
  survey.committed_offset =
      std::clamp(std::max(walk.synced_offset, floor), base, survey.end_offset);
  survey.committed_bytes = walk.synced_offset >= floor && walk.synced_bytes >= kSegmentHeaderBytes
                               ? std::min(walk.synced_bytes, survey.end_bytes)
                               : survey.end_bytes;
  return survey;
}

}  // namespace sluice::journal
