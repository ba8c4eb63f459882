#include "journal/read_job.h"

#include <algorithm>

#include "base/probe.h"
#include "journal/record_format.h"
#include "journal/segment_header.h"
#include "journal/segment_scanner.h"

namespace sluice::journal {
namespace {

constexpr int64_t kUnknownTime = 0;

enum class Outcome : uint8_t { kDone, kMore, kDamaged };

// What a status says of the medium: the rest passes.
bool IsDamage(const Status& status) {
  return status.code() == StatusCode::kIoError || status.code() == StatusCode::kPermissionDenied;
}

Outcome Fail(ReadJob* job, Status status) {
  job->place.file.reset();
  job->result.status = std::move(status);
  return Outcome::kDone;
}

// What is neither in a segment nor behind the end.
Outcome ReadHole(uint64_t end, ReadJob* job, GapReason reason = GapReason::kMissing) {
  job->records.push_back({Record::Kind::kGap, reason, job->request.from, end, kUnknownTime, {}});
  return Outcome::kDone;
}

Status OpenPlace(const Env& env, const StreamStore& store, const Segment& segment, ReadJob* job) {
  ReadPlace& place = job->place;
  const bool same =
      place.file != nullptr && place.base == segment.base && place.version == segment.version;
  if (same && place.offset <= job->request.from) return Status::Ok();
  if (!same) {
    if (place.file != nullptr && place.base == segment.base && segment.gap) {
      SLUICE_PROBE("journal: a segment became a gap while it was read");
    }
    place.file.reset();
    auto file = env.OpenReadable(store.paths().Segment(segment.base));
    if (!file.ok()) return file.status();
    place.file = std::move(file).value();
  }
  place.base = place.offset = segment.base;
  place.version = segment.version;
  place.position = kSegmentHeaderBytes;
  return Status::Ok();
}

// Takes records out of `bytes`, which were read at the place, until `end`. `*needed` is set when
// the first record is longer.
Outcome Parse(ByteSpan bytes, uint64_t stream_id, uint64_t end, ReadJob* job, size_t* needed) {
  ReadPlace& place = job->place;
  for (size_t at = 0; place.offset < end;) {
    DecodedRecord record;
    size_t wanted = 0;
    const DecodeVerdict verdict = DecodeRecord(bytes.subspan(at), stream_id, &record, &wanted);
    if (verdict == DecodeVerdict::kNeedMore) {
      if (at == 0) *needed = wanted;
      return Outcome::kMore;
    }
    if (verdict == DecodeVerdict::kInvalid || record.offset != place.offset)
      return Outcome::kDamaged;
    at += record.bytes;
    place.position += record.bytes;
    place.offset = std::min(record.end_offset, end);
    if (record.kind == RecordKind::kBatch || place.offset <= job->request.from) continue;
    Record out = record.ToRecord();
    out.offset = std::max(out.offset, job->request.from);
    out.end_offset = place.offset;
    job->records.push_back(out);
  }
  return Outcome::kMore;
}

// Reads one buffer full at the place; a second time with a larger buffer when the first record
// needs it.
Outcome ReadSegment(const Segment& segment, uint64_t stream_id, uint64_t limit, ReadJob* job) {
  const uint64_t end = std::min(segment.end, limit);
  size_t wanted = std::max(job->max_bytes, kRecordHeaderBytes);
  for (;;) {
    if (job->buffer.size() < wanted) job->buffer.resize(wanted);
    const Result<size_t> got =
        job->place.file->ReadAt(job->place.position, wanted, job->buffer.data());
    if (!got.ok()) return IsDamage(got.status()) ? Outcome::kDamaged : Fail(job, got.status());
    size_t needed = 0;
    const uint64_t before = job->place.position;
    const Outcome outcome = Parse(ByteSpan(job->buffer).first(*got), stream_id, end, job, &needed);
    if (!job->records.empty()) return Outcome::kDone;
    if (outcome == Outcome::kDamaged || job->place.position != before) return outcome;
    if (*got < wanted || needed <= wanted) return Outcome::kDamaged;  // the file ends too early
    wanted = needed;
  }
}

Outcome ReadPiece(Env& env, StreamStore* store, uint64_t limit, ReadJob* job, ReadDamage* damage) {
  if (job->request.from >= limit) return Outcome::kDone;
  const Segment* segment = store->Locate(job->request.from);
  if (segment == nullptr) return ReadHole(limit, job);
  if (job->request.from < segment->base) return ReadHole(std::min(segment->base, limit), job);
  Status opened = OpenPlace(env, *store, *segment, job);
  // The directory is there, the file is not: somebody has deleted it.
  if (opened.code() == StatusCode::kNotFound && env.Exists(store->paths().state)) {
    damage->lost_events += store->NoteGone(segment->base);
    return ReadHole(std::min(segment->end, limit), job);
  }
  if (!opened.ok()) return IsDamage(opened) ? Outcome::kDamaged : Fail(job, std::move(opened));
  return ReadSegment(*segment, store->stream_id(), limit, job);
}

// Hands out one record that the scanner has found at the place.
Outcome TakeFound(const SegmentScanner::Item& item, ReadJob* job) {
  job->place.position = item.position + item.bytes;
  job->place.offset = item.record.end_offset;
  if (item.record.kind == RecordKind::kBatch || job->place.offset <= job->request.from) {
    return Outcome::kMore;
  }
  job->buffer.assign(item.record.payload.begin(), item.record.payload.end());
  Record out = item.record.ToRecord();
  out.offset = std::max(out.offset, job->request.from);
  out.payload = job->buffer;
  job->records.push_back(out);
  return Outcome::kDone;
}

// Where nothing of a segment can be read it may be the medium that is gone for a while, not the
// events; the stream's state is then not to be had either.
bool MediumIsGone(const Env& env, const StreamStore& store) {
  const auto file = env.OpenReadable(store.paths().state);
  uint8_t byte = 0;
  return !file.ok() || !(*file)->ReadAt(0, 1, &byte).ok();
}

// At the place, in a segment that is damaged and can't be replaced: the next sound record, or a gap
// up to it.
Outcome StepOver(const Env& env, const StreamStore& store, const Segment& segment, uint64_t limit,
                 ReadJob* job) {
  ReadPlace& place = job->place;
  const uint64_t end = std::min(segment.end, limit);
  SegmentScanner scanner(*place.file, store.stream_id(), place.position, place.offset, end);
  auto item = scanner.Next();
  while (item.kind == SegmentScanner::Item::Kind::kDamage) item = scanner.Next();
  const bool found = item.kind == SegmentScanner::Item::Kind::kRecord;
  if (!found && place.position == kSegmentHeaderBytes && !scanner.status().ok() &&
      segment.unreplaced != StatusCode::kNoSpace && MediumIsGone(env, store)) {
    return Fail(job, scanner.status());
  }
  const uint64_t next = found ? item.record.offset : end;
  if (found && next <= std::max(place.offset, job->request.from)) return TakeFound(item, job);
  place.position = item.position;
  place.offset = next;
  return ReadHole(next, job, GapReason::kCorrupt);
}

// Events of a damaged segment that no sound record holds; 0 while the medium is gone.
uint64_t MissingIn(const Env& env, const StreamStore& store, const ReadableFile& file,
                   const Segment& segment) {
  SegmentScanner scanner(file, store.stream_id(), kSegmentHeaderBytes, segment.base, segment.end);
  uint64_t next = segment.base, missing = 0;
  for (auto item = scanner.Next(); item.kind != SegmentScanner::Item::Kind::kEnd;
       item = scanner.Next()) {
    if (item.kind != SegmentScanner::Item::Kind::kRecord) continue;
    missing += std::max(item.record.offset, next) - next;
    next = std::max(item.record.end_offset, next);
  }
  if (next == segment.base && !scanner.status().ok() && MediumIsGone(env, store)) return 0;
  return missing + (segment.end - std::min(next, segment.end));
}

Outcome Repair(Env& env, StreamStore* store, uint64_t limit, ReadJob* job, ReadDamage* damage) {
  const uint64_t from = job->request.from;
  const bool is_news = store->Locate(from)->unreplaced == StatusCode::kOk;
  const Result<uint64_t> lost = store->Salvage(store->Locate(from)->base);
  if (lost.status().code() == StatusCode::kResourceExhausted) return Fail(job, lost.status());
  if (is_news) ++damage->quarantined;
  if (lost.ok()) {
    damage->lost_events += *lost;
    return Outcome::kMore;
  }
  const Segment& segment = *store->Locate(from);
  const Status opened = OpenPlace(env, *store, segment, job);
  if (opened.ok() && is_news) {
    damage->lost_events += MissingIn(env, *store, *job->place.file, segment);
  }
  SLUICE_PROBE("journal: damage is stepped over where it lies");
  if (opened.ok()) return StepOver(env, *store, segment, limit, job);
  if (segment.unreplaced != StatusCode::kNoSpace && MediumIsGone(env, *store)) {
    return Fail(job, opened);
  }
  return ReadHole(std::min(segment.end, limit), job, GapReason::kCorrupt);
}

bool Read(Env& env, StreamStore* store, uint64_t limit, ReadJob* job, ReadDamage* damage) {
  job->records.clear();
  job->result.status = Status::Ok();
  Outcome outcome = ReadPiece(env, store, limit, job, damage);
  if (outcome == Outcome::kDamaged) outcome = Repair(env, store, limit, job, damage);
  job->result.records = job->records;
  job->result.next_offset =
      job->records.empty() ? job->request.from : job->records.back().end_offset;
  return outcome != Outcome::kMore;
}

// The last segment that was made before `time` is the first that can hold what is searched.
uint64_t SearchFrom(const StreamStore& store, int64_t time) {
  uint64_t from = store.first_offset();
  for (const Segment& segment : store.segments()) {
    if (segment.created <= time) from = segment.base;
  }
  return from;
}

bool Find(Env& env, StreamStore* store, uint64_t limit, ReadJob* job, ReadDamage* damage) {
  if (!job->request.searching) job->request.from = SearchFrom(*store, job->request.time);
  job->request.searching = true;
  if (!Read(env, store, limit, job, damage)) return false;
  const auto found = std::find_if(job->records.begin(), job->records.end(), [&](const Record& r) {
    return r.time_unix_ns >= job->request.time;
  });
  const bool at_end = job->records.empty();
  job->request.from = found == job->records.end() ? job->result.next_offset : found->offset;
  job->result.next_offset = job->request.from;
  job->result.records = {};
  return at_end || found != job->records.end();
}

}  // namespace

bool ContinueRead(Env& env, StreamStore* store, uint64_t limit, ReadJob* job, ReadDamage* damage) {
  return job->request.find ? Find(env, store, limit, job, damage)
                           : Read(env, store, limit, job, damage);
}

void RefuseRead(Status status, ReadJob* job) {
  Fail(job, std::move(status));
  job->result.records = {};
  job->result.next_offset = job->request.from;
}

}  // namespace sluice::journal
