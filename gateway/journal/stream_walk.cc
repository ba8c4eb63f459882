#include "journal/stream_walk.h"

#include <algorithm>
#include <array>

#include "journal/recovery.h"
#include "journal/segment_header.h"
#include "journal/segment_scanner.h"
#include "journal/segment_survey.h"

namespace sluice::journal {
namespace {

using ItemKind = SegmentScanner::Item::Kind;

bool LookAt(const Env& env, const StreamPaths& paths, uint64_t stream_id, ListedSegment* segment) {
  const auto file = env.OpenReadable(paths.Segment(segment->base));
  if (!file.ok()) return false;  // deleted meanwhile
  std::array<uint8_t, kSegmentHeaderBytes> bytes{};
  const Result<size_t> got = (*file)->ReadAt(0, bytes.size(), bytes.data());
  SegmentHeader header;
  segment->sound_header = got.ok() && header.Decode(ByteSpan(bytes).first(*got)) &&
                          header.base_offset == segment->base && header.stream_id == stream_id;
  segment->gap = segment->sound_header && header.gap_end != 0;
  segment->end = segment->gap ? header.gap_end : 0;
  const Result<uint64_t> size = (*file)->Size();
  segment->bytes = size.ok() ? *size : 0;
  return true;
}

void SurveyLast(const Env& env, const StreamPaths& paths, uint64_t stream_id, ListedSegment* last) {
  if (last->gap) return;
  const auto file = env.OpenReadable(paths.Segment(last->base));
  if (!file.ok()) return;
  const SegmentSurvey survey = SurveySegment(**file, stream_id, last->base, 0);
  last->end = survey.end_offset;
  last->end_bytes = survey.end_bytes;
  last->torn_bytes = survey.torn_bytes;
}

}  // namespace

Result<std::vector<ListedSegment>> ListSegments(const Env& env, const StreamPaths& paths,
                                                uint64_t stream_id) {
  const auto names = env.List(paths.directory);
  if (!names.ok()) return names.status();
  std::vector<ListedSegment> segments;
  for (const std::string& name : *names) {
    const auto base = BaseOfSegmentName(name);
    ListedSegment segment;
    segment.base = base.value_or(0);
    if (!base || !LookAt(env, paths, stream_id, &segment)) continue;
    const bool covered =
        !segments.empty() && segments.back().gap && segment.base < segments.back().end;
    if (!covered) segments.push_back(segment);
  }
  for (size_t i = 0; i + 1 < segments.size(); ++i) {
    if (!segments[i].gap) segments[i].end = segments[i + 1].base;
  }
  if (!segments.empty()) SurveyLast(env, paths, stream_id, &segments.back());
  return segments;
}

StreamWalk::StreamWalk(const Env& env, StreamPaths paths, RecordVisitor on_record,
                       FindingVisitor on_finding)
    : env_(env),
      paths_(std::move(paths)),
      on_record_(std::move(on_record)),
      on_finding_(std::move(on_finding)) {}

Status StreamWalk::Run(uint64_t from_offset) {
  stream_id_ = FindStreamId(env_, paths_);
  const auto segments = ListSegments(env_, paths_, stream_id_);
  if (!segments.ok()) return segments.status();
  if (segments->empty()) return Status::Ok();
  from_ = next_ = std::max(from_offset, segments->front().base);
  for (const ListedSegment& segment : *segments) {
    if (stopped_) break;
    if (segment.end <= next_ && segment.torn_bytes == 0) continue;
    if (segment.base > next_) {
      Lose(segment.base, GapReason::kMissing,
           {Finding::Kind::kMissing, SegmentName(segment.base), 0, 0, 0, 0});
    }
    SLUICE_RETURN_IF_ERROR(WalkSegment(segment));
  }
  return Status::Ok();
}

Status StreamWalk::WalkSegment(const ListedSegment& segment) {
  const std::string name = SegmentName(segment.base);
  const auto file = env_.OpenReadable(paths_.Segment(segment.base));
  // Deleted since the list was made: what was in it shows as missing.
  if (file.status().code() == StatusCode::kNotFound) return Status::Ok();
  if (!file.ok()) return file.status();
  if (!segment.sound_header)
    on_finding_({Finding::Kind::kDamage, name, 0, kSegmentHeaderBytes, 0, 0});
  SegmentScanner scanner(**file, stream_id_, kSegmentHeaderBytes, segment.base, segment.end);
  Finding damage{Finding::Kind::kDamage, name, kSegmentHeaderBytes, 0, 0, 0};
  for (auto item = scanner.Next(); item.kind != ItemKind::kEnd && !stopped_;
       item = scanner.Next()) {
    if (segment.torn_bytes > 0 && item.position >= segment.end_bytes) break;
    if (item.kind == ItemKind::kDamage) {
      damage.byte = item.position;
      damage.bytes = item.bytes;
      continue;
    }
    if (item.record.offset > next_ && item.record.offset > segment.base) {
      Lose(item.record.offset, GapReason::kCorrupt, damage);
    }
    if (item.record.kind != RecordKind::kBatch) Take(item.record.ToRecord());
    damage.byte = item.position + item.bytes;
    damage.bytes = 0;
  }
  if (!stopped_ && next_ < segment.end) Lose(segment.end, GapReason::kCorrupt, damage);
  if (segment.torn_bytes > 0) {
    on_finding_({Finding::Kind::kTornTail, name, segment.end_bytes, segment.torn_bytes, 0, 0});
  }
  return scanner.status();
}

void StreamWalk::Take(const Record& record) {
  if (record.end_offset <= next_) return;
  Record visible = record;
  visible.offset = std::max(record.offset, next_);
  next_ = record.end_offset;
  if (!on_record_(visible)) stopped_ = true;
}

void StreamWalk::Lose(uint64_t end_offset, GapReason reason, Finding finding) {
  finding.first_offset = next_;
  finding.end_offset = end_offset;
  on_finding_(finding);
  Take({Record::Kind::kGap, reason, next_, end_offset, 0, {}});
}

}  // namespace sluice::journal
