#include "journal/stream_walk.h"

#include <algorithm>
#include <array>
#include <utility>

#include "journal/recovery.h"
#include "journal/segment_header.h"
#include "journal/segment_scanner.h"
#include "journal/segment_survey.h"

namespace sluice::journal {
namespace {

using ItemKind = SegmentScanner::Item::Kind;

// How often a directory that changes while it is looked at is looked at again.
constexpr int kMostAttempts = 200;

Result<std::vector<uint64_t>> ListBases(const Env& env, const StreamPaths& paths) {
  const auto names = env.List(paths.directory);
  if (!names.ok()) return names.status();
  std::vector<uint64_t> bases;
  for (const std::string& name : *names) {
    if (const auto base = BaseOfSegmentName(name)) bases.push_back(*base);
  }
  return bases;
}

Status TooFast(const StreamPaths& paths) {
  return Status::Unavailable(paths.directory + " changes faster than it can be read; try again");
}

// False: it was deleted meanwhile. One that cannot be opened is there, and nothing is known of it;
// too many open files say nothing at all.
Result<bool> LookAt(const Env& env, const StreamPaths& paths, uint64_t stream_id,
                    ListedSegment* segment) {
  const auto file = env.OpenReadable(paths.Segment(segment->base));
  if (file.status().code() == StatusCode::kNotFound) return false;
  if (file.status().code() == StatusCode::kResourceExhausted) return file.status();
  if (!file.ok()) return true;
  std::array<uint8_t, kSegmentHeaderBytes> bytes{};
  const Result<size_t> got = (*file)->ReadAt(0, bytes.size(), bytes.data());
  SegmentHeader header;
  segment->sound_header = got.ok() && header.Decode(ByteSpan(bytes).first(*got)) &&
                          header.base_offset == segment->base && header.stream_id == stream_id;
  segment->gap = segment->sound_header && header.gap_end != 0;
  segment->end = segment->gap ? header.gap_end : 0;
  segment->created = header.created;
  const Result<uint64_t> size = (*file)->Size();
  segment->bytes = size.ok() ? *size : 0;
  return true;
}

void SurveyLast(const Env& env, const StreamPaths& paths, uint64_t stream_id, ListedSegment* last) {
  last->committed = last->base;  // a segment begins where what is before it was synced
  if (last->gap) return;
  last->end = last->base;
  const auto file = env.OpenReadable(paths.Segment(last->base));
  if (!file.ok()) return;
  const SegmentSurvey survey = SurveySegment(**file, stream_id, last->base, 0);
  last->end = survey.end_offset;
  last->end_bytes = survey.end_bytes;
  last->torn_bytes = survey.torn_bytes;
  last->committed = survey.committed_offset;
}

Result<std::vector<ListedSegment>> LookAtAll(const Env& env, const StreamPaths& paths,
                                             uint64_t stream_id,
                                             const std::vector<uint64_t>& bases) {
  std::vector<ListedSegment> segments;
  for (const uint64_t base : bases) {
    ListedSegment segment;
    segment.base = base;
    const Result<bool> is_there = LookAt(env, paths, stream_id, &segment);
    if (!is_there.ok()) return is_there.status();
    if (!*is_there) continue;
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

}  // namespace

// A name that comes or goes in between may belong to a merge of gaps or to a deletion, half of
// which has been seen.
Result<std::vector<ListedSegment>> ListSegments(const Env& env, const StreamPaths& paths,
                                                uint64_t stream_id) {
  auto bases = ListBases(env, paths);
  for (int attempt = 0; bases.ok() && attempt < kMostAttempts; ++attempt) {
    auto segments = LookAtAll(env, paths, stream_id, *bases);
    if (!segments.ok()) return segments.status();
    auto again = ListBases(env, paths);
    if (!again.ok()) return again.status();
    if (*again == *bases) return segments;
    bases = std::move(again);
  }
  return bases.ok() ? TooFast(paths) : bases.status();
}

StreamWalk::StreamWalk(const Env& env, StreamPaths paths, RecordVisitor on_record,
                       FindingVisitor on_finding)
    : env_(env),
      paths_(std::move(paths)),
      on_record_(std::move(on_record)),
      on_finding_(std::move(on_finding)) {}

Status StreamWalk::Run(uint64_t from_offset) {
  const Result<uint64_t> stream_id = FindStreamId(env_, paths_);
  if (!stream_id.ok()) return stream_id.status();
  stream_id_ = *stream_id;
  bool began = from_offset > 0;
  next_ = from_offset;
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    const auto segments = ListSegments(env_, paths_, stream_id_);
    if (!segments.ok()) return segments.status();
    if (segments->empty()) return Status::Ok();
    bases_.clear();
    for (const ListedSegment& segment : *segments) bases_.push_back(segment.base);
    const uint64_t first = segments->front().base;
    if (!std::exchange(began, true)) next_ = first;
    if (next_ < first) Take({Record::Kind::kGap, GapReason::kMissing, next_, first, 0, {}});
    const uint64_t before = next_;
    stale_ = false;
    SLUICE_RETURN_IF_ERROR(WalkListed(*segments));
    if (!stale_) return Status::Ok();
    if (next_ > before) attempt = 0;
  }
  return TooFast(paths_);
}

Status StreamWalk::WalkListed(const std::vector<ListedSegment>& segments) {
  for (const ListedSegment& segment : segments) {
    if (stopped_ || stale_) break;
    if (segment.end <= next_ && segment.torn_bytes == 0) continue;
    if (segment.base > next_) {
      Lose(nullptr, segment.base, GapReason::kMissing,
           {Finding::Kind::kMissing, SegmentName(segment.base), 0, 0, 0, 0});
    }
    if (!stale_ && !stopped_) SLUICE_RETURN_IF_ERROR(WalkSegment(segment));
  }
  return Status::Ok();
}

// Whether the files around the place where the walk is are those of the list; with null, whether
// there still is none. A file that only grows is the same.
bool StreamWalk::IsStillSo(const ListedSegment* segment) const {
  const auto bases = ListBases(env_, paths_);
  if (!bases.ok()) return false;
  const auto around = [&](const std::vector<uint64_t>& all) {
    const auto behind = std::upper_bound(all.begin(), all.end(), next_);
    return std::pair(behind == all.begin() ? UINT64_MAX : *(behind - 1),
                     behind == all.end() ? UINT64_MAX : *behind);
  };
  // A roll behind the last one is no change of what is before it.
  const bool was_last = around(bases_).second == UINT64_MAX;
  if (around(*bases).first != around(bases_).first) return false;
  if (!was_last && around(*bases).second != around(bases_).second) return false;
  if (segment == nullptr) return true;
  ListedSegment now;
  now.base = segment->base;
  const Result<bool> is_there = LookAt(env_, paths_, stream_id_, &now);
  return is_there.ok() && *is_there && now.sound_header == segment->sound_header &&
         now.created == segment->created && now.gap == segment->gap &&
         now.bytes >= (was_last ? std::min(segment->bytes, segment->end_bytes) : 0);
}

Status StreamWalk::WalkSegment(const ListedSegment& segment) {
  const std::string name = SegmentName(segment.base);
  const auto file = env_.OpenReadable(paths_.Segment(segment.base));
  stale_ = file.status().code() == StatusCode::kNotFound;  // deleted since the list was made
  if (stale_) return Status::Ok();
  if (file.status().code() == StatusCode::kResourceExhausted) return file.status();
  if (!file.ok()) {
    Lose(&segment, segment.end, GapReason::kCorrupt, {Finding::Kind::kDamage, name, 0, 0, 0, 0});
    return Status::Ok();
  }
  stale_ = !segment.sound_header && !IsStillSo(&segment);
  if (!segment.sound_header && !stale_)
    on_finding_({Finding::Kind::kDamage, name, 0, kSegmentHeaderBytes, 0, 0});
  SegmentScanner scanner(**file, stream_id_, kSegmentHeaderBytes, segment.base, segment.end);
  Finding damage{Finding::Kind::kDamage, name, kSegmentHeaderBytes, 0, 0, 0};
  for (auto item = scanner.Next(); item.kind != ItemKind::kEnd && !stopped_ && !stale_;
       item = scanner.Next()) {
    if (segment.torn_bytes > 0 && item.position >= segment.end_bytes) break;
    if (item.kind == ItemKind::kDamage) {
      if (damage.bytes == 0) damage.byte = item.position;
      damage.bytes = item.position + item.bytes - damage.byte;
      continue;
    }
    if (item.is_batch()) continue;
    if (item.record.offset > next_ && item.record.offset > segment.base) {
      Lose(&segment, item.record.offset, GapReason::kCorrupt, damage);
    }
    if (stale_) break;
    item.ForEachRecord([this](const Record& record) { Take(record); });
    damage.byte = item.position + item.bytes;
    damage.bytes = 0;
  }
  if (!stopped_ && !stale_ && next_ < segment.end) {
    Lose(&segment, segment.end, GapReason::kCorrupt, damage);
  }
  if (segment.torn_bytes > 0 && !stale_) {
    on_finding_({Finding::Kind::kTornTail, name, segment.end_bytes, segment.torn_bytes, 0, 0});
  }
  return scanner.status();
}

void StreamWalk::Take(const Record& record) {
  if (record.end_offset <= next_ || stopped_) return;
  Record visible = record;
  visible.offset = std::max(record.offset, next_);
  next_ = record.end_offset;
  if (!on_record_(visible)) stopped_ = true;
}

void StreamWalk::Lose(const ListedSegment* segment, uint64_t end_offset, GapReason reason,
                      Finding finding) {
  stale_ = !IsStillSo(segment);
  if (stale_) return;
  finding.first_offset = next_;
  finding.end_offset = end_offset;
  on_finding_(finding);
  Take({Record::Kind::kGap, reason, next_, end_offset, 0, {}});
}

}  // namespace sluice::journal
