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
  job->segment.Close();
  job->result.status = std::move(status);
  return Outcome::kDone;
}

// What is neither in a segment nor behind the end.
Outcome ReadHole(uint64_t end, ReadJob* job, GapReason reason = GapReason::kMissing) {
  job->records.push_back({Record::Kind::kGap, reason, job->request.from, end, kUnknownTime, {}});
  return Outcome::kDone;
}

Status OpenPlace(const Env& env, const StreamStore& store, const Segment& segment, ReadJob* job) {
  SegmentReader& reader = job->segment;
  const bool same =
      reader.is_open() && reader.base() == segment.base && job->version == segment.version;
  if (same) {
    if (reader.offset() > job->request.from) reader.Rewind();
    return Status::Ok();
  }
  if (reader.is_open() && reader.base() == segment.base && segment.gap) {
    SLUICE_PROBE("journal: a segment became a gap while it was read");
  }
  reader.Close();
  auto file = env.OpenReadable(store.paths().Segment(segment.base));
  if (!file.ok()) return file.status();
  reader.Open(std::move(file).value(), segment.base);
  job->version = segment.version;
  return Status::Ok();
}

// Hands out a record, clipped to [from, end), with its payload copied to byte `*used` of the
// buffer, which has room for it.
void HandOut(Record record, uint64_t end, ReadJob* job, size_t* used) {
  uint8_t* const to = job->buffer.data() + *used;
  std::copy(record.payload.begin(), record.payload.end(), to);
  *used += PackedBytes(record.payload.size());
  record.payload = {to, record.payload.size()};
  record.offset = std::max(record.offset, job->request.from);
  record.end_offset = std::min(record.end_offset, end);
  job->records.push_back(record);
}

// Room for `bytes` when nothing has been handed out yet.
void MakeRoom(size_t bytes, ReadJob* job) {
  if (job->buffer.size() < bytes) job->buffer.resize(std::max(bytes, job->max_bytes));
}

// Reads one buffer full at the place. Passes over no more than that, either.
Outcome ReadSegment(const Segment& segment, uint64_t stream_id, uint64_t limit, ReadJob* job) {
  const uint64_t end = std::min(segment.end, limit);
  SegmentReader& reader = job->segment;
  size_t used = 0, passed = 0;
  while (reader.offset() < end && passed <= job->max_bytes) {
    Record record;
    const SegmentReader::Verdict verdict = reader.Look(stream_id, &record);
    if (verdict != SegmentReader::Verdict::kRecord) {
      if (!job->records.empty()) return Outcome::kDone;
      if (verdict == SegmentReader::Verdict::kDamaged || IsDamage(reader.status())) {
        return Outcome::kDamaged;
      }
      return Fail(job, reader.status());
    }
    const size_t bytes = PackedBytes(record.payload.size());
    if (record.end_offset <= job->request.from) {
      passed += bytes;
    } else {
      if (job->records.empty()) {
        MakeRoom(bytes, job);
      } else if (used + bytes > job->max_bytes) {
        break;
      }
      HandOut(record, end, job, &used);
      if (record.end_offset > end) break;  // the rest of a gap
    }
    reader.Advance();
  }
  return job->records.empty() ? Outcome::kMore : Outcome::kDone;
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

// Hands out what the scanner has found at the place: one record, or the events of one block.
Outcome TakeFound(const SegmentScanner::Item& item, ReadJob* job) {
  job->segment.MoveTo(item.position + item.bytes, item.record.end_offset);
  MakeRoom(std::max(PackedBytes(item.record.payload.size()), item.plain.size()), job);
  size_t used = 0;
  item.ForEachRecord([&](const Record& record) {
    if (record.end_offset <= job->request.from) return;
    HandOut(record, item.record.end_offset, job, &used);
  });
  return job->records.empty() ? Outcome::kMore : Outcome::kDone;
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
  SegmentReader& place = job->segment;
  const uint64_t end = std::min(segment.end, limit);
  SegmentScanner scanner(place.file(), store.stream_id(), place.position(), place.offset(), end,
                         place.unpacker());
  auto item = scanner.Next();
  while (item.kind == SegmentScanner::Item::Kind::kDamage || item.is_batch()) item = scanner.Next();
  const bool found = item.kind == SegmentScanner::Item::Kind::kRecord;
  if (!found && place.position() == kSegmentHeaderBytes && !scanner.status().ok() &&
      segment.unreplaced != StatusCode::kNoSpace && MediumIsGone(env, store)) {
    return Fail(job, scanner.status());
  }
  const uint64_t next = found ? item.record.offset : end;
  if (found && next <= std::max(place.offset(), job->request.from)) return TakeFound(item, job);
  place.MoveTo(item.position, next);
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
    damage->lost_events += MissingIn(env, *store, job->segment.file(), segment);
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
