#include "journal/stream_store.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.h"
#include "base/probe.h"
#include "journal/record_format.h"

namespace sluice::journal {
namespace {

constexpr uint64_t kPage = 4096;
uint64_t WholePages(uint64_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

}  // namespace

StreamStore::StreamStore(Env& env, StreamPaths paths, uint64_t stream_id, const Clock& clock,
                         Settings settings)
    : env_(env),
      paths_(std::move(paths)),
      stream_id_(stream_id),
      clock_(clock),
      settings_(settings),
      quarantine_(env, paths_, settings.max_quarantine_bytes),
      packer_(settings.compress ? std::make_unique<BlockPacker>(stream_id) : nullptr) {}

void StreamStore::Push(const Segment& segment) {
  segments_.push_back(segment);
  bytes_ += WholePages(segment.bytes);
}

void StreamStore::Erase(std::vector<Segment>::iterator segment) {
  bytes_ -= WholePages(segment->bytes);
  segments_.erase(segment);
}

void StreamStore::Replace(Segment* segment, const Segment& by) {
  SetBytes(segment, by.bytes);
  *segment = by;
}

void StreamStore::SetBytes(Segment* segment, uint64_t bytes) {
  bytes_ += WholePages(bytes) - WholePages(segment->bytes);  // wraps around and back
  segment->bytes = bytes;
}

uint64_t StreamStore::reserved_bytes() const {
  if (active_ == nullptr || active_->reserved_bytes() <= active_->bytes()) return 0;
  return active_->reserved_bytes() - active_->bytes();
}

uint64_t StreamStore::AcknowledgedBytes(uint64_t cursor) const {
  uint64_t sum = 0;
  for (size_t i = 0; i + 1 < segments_.size() && segments_[i].end <= cursor; ++i) {
    sum += WholePages(segments_[i].bytes);
  }
  return sum;
}

uint64_t StreamStore::SealedBytes() const {
  uint64_t sum = 0;
  for (size_t i = 0; i < segments_.size(); ++i) {
    if (IsSealed(i) && !segments_[i].gap) sum += WholePages(segments_[i].bytes);
  }
  return sum;
}

uint64_t StreamStore::FirstEvent() const {
  const size_t i = OldestWithEvents();
  return i == segments_.size() ? end_offset_ : segments_[i].base;
}

// Nothing was appended to a segment once the next one was made.
uint64_t StreamStore::EndOfOlderThan(int64_t time) const {
  uint64_t end = first_offset();
  for (size_t i = 0; i + 1 < segments_.size() && segments_[i + 1].created < time; ++i) {
    end = segments_[i].end;
  }
  return end;
}

void StreamStore::Adopt(const Segment& segment) {
  Push(segment);
  segments_.back().version = ++last_version_;
  end_offset_ = synced_offset_ = segment.end;
}

void StreamStore::NoteCut(uint64_t base, uint64_t bytes) {
  for (Segment& segment : segments_) {
    if (segment.base == base) SetBytes(&segment, bytes);
  }
}

const Segment* StreamStore::Locate(uint64_t offset) const {
  const auto found =
      std::upper_bound(segments_.begin(), segments_.end(), offset,
                       [](uint64_t wanted, const Segment& s) { return wanted < s.end; });
  return found == segments_.end() ? nullptr : &*found;
}

bool StreamStore::NeedsRoll(size_t bytes) const {
  return active_ != nullptr && active_->bytes() > kSegmentHeaderBytes &&
         active_->bytes() + bytes > settings_.segment_bytes;
}

void StreamStore::CheckInvariants() const {
  uint64_t bytes = 0;
  for (const Segment& segment : segments_) bytes += WholePages(segment.bytes);
  SLUICE_CHECK(bytes == bytes_);
  for (size_t i = 0; i < segments_.size(); ++i) {
    const Segment& segment = segments_[i];
    const bool is_last = i + 1 == segments_.size();
    SLUICE_CHECK(segment.base < segment.end || (is_last && segment.base == segment.end));
    SLUICE_CHECK(is_last ? segment.end == end_offset_ : segment.end <= segments_[i + 1].base);
    SLUICE_CHECK(segment.gap || segment.reason == GapReason::kNone);
  }
  SLUICE_CHECK(synced_offset_ <= end_offset_);
  SLUICE_CHECK(active_ != nullptr || synced_offset_ == end_offset_);
  if (active_ != nullptr) SLUICE_CHECK(segments_.back().bytes == active_->bytes());
}

// A segment without records has just been replaced under its own name.
void StreamStore::DropEmptyLast() {
  if (!segments_.empty() && segments_.back().base == end_offset_) Erase(segments_.end() - 1);
}

Status StreamStore::MakeActive() {
  SegmentHeader header{stream_id_, end_offset_, 0, ToUnixNanos(clock_.WallNow())};
  if (settings_.compress) header.version = SegmentHeader::kVersion;
  auto writer = SegmentWriter::Create(env_, paths_, header,
                                      settings_.preallocate ? settings_.segment_bytes : 0);
  if (writer.status().code() == StatusCode::kNoSpace) SLUICE_PROBE("journal: roll without space");
  if (!writer.ok()) return writer.status();
  SLUICE_RETURN_IF_ERROR((*writer)->Publish());
  active_ = std::move(writer).value();
  if (packer_ != nullptr) packer_->BeginSegment();
  DropEmptyLast();
  Push({end_offset_, end_offset_, active_->bytes(), header.created, false, StatusCode::kOk,
        ++last_version_});
  return Status::Ok();
}

Result<uint64_t> StreamStore::Append(uint8_t* records, size_t size, uint64_t end) {
  if (NeedsRoll(size)) Seal();
  if (active_ == nullptr) SLUICE_RETURN_IF_ERROR(MakeActive());
  const uint64_t before = active_->bytes();
  RestampBatches(records, size, stream_id_, {active_->synced_bytes(), synced_offset_});
  for (ByteSpan rest{records, size}; !rest.empty();) {
    const ByteSpan stored =
        packer_ != nullptr ? packer_->Pack(&rest, active_->bytes()) : std::exchange(rest, {});
    SLUICE_RETURN_IF_ERROR(active_->Append(stored));
  }
  end_offset_ = segments_.back().end = end;
  SetBytes(&segments_.back(), active_->bytes());
  return active_->bytes() - before;
}

Status StreamStore::Sync() {
  if (active_ == nullptr) return Status::Ok();
  SLUICE_RETURN_IF_ERROR(active_->Sync());
  synced_offset_ = end_offset_;
  return Status::Ok();
}

Status StreamStore::CheckInPlace() const {
  return active_ == nullptr ? Status::Ok() : active_->CheckInPlace();
}

void StreamStore::Abandon(uint64_t committed) {
  if (active_ != nullptr) {
    SLUICE_PROBE("journal: a segment is abandoned after a failure");
    SetBytes(&segments_.back(), active_->CutUnsynced());
  }
  active_.reset();
  end_offset_ = synced_offset_ = committed;
  if (segments_.empty()) return;
  // A segment in which nothing was committed is replaced under its own name.
  if (segments_.back().base >= committed) Erase(segments_.end() - 1);
  if (!segments_.empty()) segments_.back().end = std::min(segments_.back().end, committed);
}

void StreamStore::Seal() {
  if (active_ == nullptr) return;
  SLUICE_CHECK(synced_offset_ == end_offset_);
  active_->ReleaseReserve();
  active_.reset();
}

Status StreamStore::WriteGap(uint64_t base, uint64_t end, GapReason reason, Segment* segment) {
  const int64_t now = ToUnixNanos(clock_.WallNow());
  auto writer = SegmentWriter::Create(env_, paths_, {stream_id_, base, end, now}, 0);
  if (!writer.ok()) return writer.status();
  std::array<uint8_t, kGapBytes> record{};
  EncodeGap(record.data(), stream_id_, base, end, reason, now);
  SLUICE_RETURN_IF_ERROR((*writer)->Append(record));
  SLUICE_RETURN_IF_ERROR((*writer)->Publish());
  *segment = {base, end, (*writer)->bytes(), now, true, StatusCode::kOk, ++last_version_, reason};
  return Status::Ok();
}

Status StreamStore::AppendGap(uint64_t end, GapReason reason) {
  Segment gap;
  // Of one reason, so that none is told as another.
  if (!segments_.empty() && segments_.back().gap && segments_.back().end == end_offset_ &&
      segments_.back().reason == reason) {
    SLUICE_PROBE("journal: a gap segment grows");
    SLUICE_RETURN_IF_ERROR(WriteGap(segments_.back().base, end, reason, &gap));
    Replace(&segments_.back(), gap);
  } else {
    Seal();
    SLUICE_RETURN_IF_ERROR(WriteGap(end_offset_, end, reason, &gap));
    DropEmptyLast();
    Push(gap);
  }
  end_offset_ = synced_offset_ = end;
  return Status::Ok();
}

void StreamStore::DeleteBelow(uint64_t cursor, uint64_t bytes) {
  uint64_t freed = 0;
  while (segments_.size() > 1 && segments_.front().end <= cursor && freed < bytes) {
    const Status removed = env_.Remove(paths_.Segment(segments_.front().base));
    if (!removed.ok() && removed.code() != StatusCode::kNotFound) {
      LogWarn("journal: {}", removed.ToString());
      return;
    }
    freed += WholePages(segments_.front().bytes);
    Erase(segments_.begin());
  }
}

size_t StreamStore::OldestWithEvents() const {
  size_t i = 0;
  while (i < segments_.size() && segments_[i].gap) ++i;
  return i;
}

// A gap fits into one sector, so a torn write leaves the file as it was or makes it what it is to
// be. It needs no page that the file does not have.
Status StreamStore::OverwriteWithGap(const Segment& gap, uint64_t file_base) {
  auto file = env_.OpenWritable(paths_.Segment(file_base));
  if (!file.ok()) return file.status();
  std::array<uint8_t, kSegmentHeaderBytes + kGapBytes> bytes{};
  SegmentHeader{stream_id_, gap.base, gap.end, gap.created}.Encode(bytes.data());
  EncodeGap(&bytes[kSegmentHeaderBytes], stream_id_, gap.base, gap.end, GapReason::kEvicted,
            gap.created);
  SLUICE_RETURN_IF_ERROR((*file)->WriteAt(0, bytes));
  SLUICE_RETURN_IF_ERROR((*file)->Sync());
  SLUICE_RETURN_IF_ERROR((*file)->Truncate(bytes.size()));
  return (*file)->Sync();
}

// The gap in place of `evicted`, or of it and the gap before it. Where not even a page is free a
// file that is there becomes the gap.
Result<Segment> StreamStore::WriteEvictedGap(const Segment* before, const Segment& evicted) {
  const uint64_t base = before != nullptr ? before->base : evicted.base;
  Segment gap;
  Status written = WriteGap(base, evicted.end, GapReason::kEvicted, &gap);
  if (written.code() == StatusCode::kNoSpace) {
    SLUICE_PROBE("journal: a segment becomes a gap in place");
    gap = {.base = base,
           .end = evicted.end,
           .bytes = kSegmentHeaderBytes + kGapBytes,
           .created = ToUnixNanos(clock_.WallNow()),
           .gap = true,
           .version = ++last_version_,
           .reason = GapReason::kEvicted};
    written = OverwriteWithGap(gap, base);
  }
  if (!written.ok()) return written;
  return gap;
}

Result<bool> StreamStore::EvictOldest(Segment* evicted) {
  const size_t i = OldestWithEvents();
  if (i == segments_.size() || !IsSealed(i)) return false;
  *evicted = segments_[i];
  const bool merge = i > 0 && segments_[i - 1].end == evicted->base &&
                     segments_[i - 1].reason == GapReason::kEvicted;
  const Result<Segment> gap = WriteEvictedGap(merge ? &segments_[i - 1] : nullptr, *evicted);
  if (!gap.ok()) return gap.status();
  Replace(&segments_[merge ? i - 1 : i], *gap);
  if (!merge) return true;
  SLUICE_PROBE("journal: gaps are merged");
  Erase(segments_.begin() + static_cast<std::ptrdiff_t>(i));
  const Status removed = env_.Remove(paths_.Segment(evicted->base));
  if (!removed.ok()) LogWarn("journal: {}; it is removed at the next start", removed.ToString());
  return true;
}

// Nothing is replaced that is not kept.
Result<RewrittenSegment> StreamStore::Rewrite(const Segment& damaged) {
  const Result<std::string> kept = quarantine_.Keep(damaged.base);
  if (!kept.ok()) return kept.status();
  const RewriteRequest request{*kept,       damaged.base,      damaged.base,
                               damaged.end, stream_id_,        ToUnixNanos(clock_.WallNow()),
                               true,        settings_.compress};
  auto rewritten = RewriteSegment(env_, paths_, request);
  if (!rewritten.ok() && settings_.max_quarantine_bytes > 0) quarantine_.TakeBack(damaged.base);
  quarantine_.Trim();
  return rewritten;
}

std::vector<Segment>::iterator StreamStore::Find(uint64_t base) {
  const auto found = std::find_if(segments_.begin(), segments_.end(),
                                  [&](const Segment& s) { return s.base == base; });
  SLUICE_CHECK(found != segments_.end());
  return found;
}

uint64_t StreamStore::NoteGone(uint64_t base) {
  const auto gone = Find(base);
  if (std::exchange(gone->unreplaced, StatusCode::kNotFound) != StatusCode::kOk || gone->gap) {
    return 0;
  }
  LogError("journal: segment {} was deleted by somebody; its {} events are lost",
           paths_.Segment(base), gone->end - base);
  return gone->end - base;
}

Result<uint64_t> StreamStore::Salvage(uint64_t base) {
  const auto found = Find(base);
  if (found->unreplaced != StatusCode::kOk) {
    return Status(found->unreplaced, paths_.Segment(base));
  }
  if (!IsSealed(static_cast<size_t>(found - segments_.begin()))) {
    SLUICE_RETURN_IF_ERROR(Sync());
    Seal();
  }
  const auto rewritten = Rewrite(*found);
  if (!rewritten.ok()) {
    if (rewritten.status().code() == StatusCode::kResourceExhausted) return rewritten.status();
    SLUICE_PROBE("journal: a damaged segment can't be replaced");
    found->unreplaced = rewritten.status().code();
    LogError(
        "journal: segment {} is damaged and can't be replaced ({}); what is sound of it is "
        "read where it is",
        paths_.Segment(base), rewritten.status().ToString());
    return rewritten.status();
  }
  SLUICE_PROBE("journal: a damaged segment is salvaged");
  LogError("journal: segment {} was damaged; {} of {} events are lost", paths_.Segment(base),
           rewritten->lost_events, found->end - base);
  Replace(&*found, {base, found->end, rewritten->bytes, ToUnixNanos(clock_.WallNow()), false,
                    StatusCode::kOk, ++last_version_});
  return rewritten->lost_events;
}

Status StreamStore::RewriteTail(uint64_t from) {
  Segment& last = segments_.back();
  const int64_t now = ToUnixNanos(clock_.WallNow());
  const RewriteRequest request{
      paths_.Segment(last.base), last.base, from, last.end, stream_id_, now, false,
      settings_.compress};
  const auto rewritten = RewriteSegment(env_, paths_, request);
  if (!rewritten.ok()) return rewritten.status();
  SLUICE_PROBE("journal: an unsynced tail is written again");
  const Segment tail{from,  last.end,        rewritten->bytes, now,
                     false, StatusCode::kOk, ++last_version_};
  if (from == last.base) {
    Replace(&last, tail);
  } else {
    last.end = from;
    Push(tail);
  }
  return Status::Ok();
}

}  // namespace sluice::journal
