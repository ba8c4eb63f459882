#include "journal/recovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/probe.h"
#include "journal/record_format.h"
#include "journal/segment_header.h"
#include "journal/segment_scanner.h"
#include "journal/segment_survey.h"
#include "journal/set_aside.h"
#include "journal/slot_file.h"

namespace sluice::journal {
namespace {

// True if there is a sound header. Fails only with kResourceExhausted, which says nothing about it.
Result<bool> ReadHeader(const Env& env, const std::string& path, SegmentHeader* header) {
  const auto file = env.OpenReadable(path);
  if (file.status().code() == StatusCode::kResourceExhausted) return file.status();
  if (!file.ok()) return false;
  std::array<uint8_t, kSegmentHeaderBytes> bytes{};
  const Result<size_t> got = (*file)->ReadAt(0, bytes.size(), bytes.data());
  return got.ok() && header->Decode(ByteSpan(bytes).first(*got));
}

struct Found {
  Segment segment;
  bool sound = false;  // the header is what it should be
};

class Recovery {
 public:
  Recovery(Env& env, const ProvenOffsets& proven, StreamStore* store)
      : env_(env), store_(*store), proven_(proven), floor_(proven.committed) {}

  Result<RecoveryReport> Run() {
    SLUICE_RETURN_IF_ERROR(FindSegments());
    RemoveCovered();
    if (!found_.empty()) {
      AdoptAllButLast();
      SLUICE_RETURN_IF_ERROR(AdoptLast());
    }
    CountMissingFront();
    FillUpToFloor();
    return report_;
  }

 private:
  Status FindSegments() {
    const auto names = env_.List(store_.paths().directory);
    if (!names.ok()) return names.status();
    for (const std::string& name : *names) {
      if (name.ends_with(kNewSuffix)) RemoveLeftOver(store_.paths().directory + "/" + name);
      const auto base = BaseOfSegmentName(name);
      if (!base) continue;
      Result<Found> found = Look(*base);
      if (!found.ok()) return found.status();
      found_.push_back(std::move(found).value());
    }
    return Status::Ok();
  }

  Result<Found> Look(uint64_t base) {
    const std::string path = store_.paths().Segment(base);
    Found found;
    SegmentHeader header;
    const Result<bool> read = ReadHeader(env_, path, &header);
    if (!read.ok()) return read.status();
    found.sound = *read && header.base_offset == base && header.stream_id == store_.stream_id();
    if (!found.sound) header = {};
    const Result<uint64_t> size = env_.FileSize(path);
    found.segment = {base,
                     header.gap_end,
                     size.ok() ? *size : 0,
                     header.created,
                     header.gap_end != 0,
                     StatusCode::kOk,
                     0};
    if (!found.segment.gap) return found;
    const Result<GapReason> reason = ReasonOf(found.segment);
    if (!reason.ok()) return reason.status();
    found.segment.reason = *reason;
    return found;
  }

  Result<GapReason> ReasonOf(const Segment& gap) const {
    const auto file = env_.OpenReadable(store_.paths().Segment(gap.base));
    if (file.status().code() == StatusCode::kResourceExhausted) return file.status();
    if (!file.ok()) return GapReason::kNone;
    SegmentScanner scanner(**file, store_.stream_id(), kSegmentHeaderBytes, gap.base, gap.end);
    return scanner.Next().record.reason;
  }

  // A merged gap covers the segment that it replaces until that is removed.
  void RemoveCovered() {
    for (size_t i = 1; i < found_.size();) {
      const Segment& before = found_[i - 1].segment;
      if (!before.gap || found_[i].segment.base >= before.end) {
        ++i;
        continue;
      }
      SLUICE_PROBE("journal: what a merged gap covers is removed at opening");
      RemoveFile(store_.paths().Segment(found_[i].segment.base));
      found_.erase(found_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  void AdoptAllButLast() {
    for (size_t i = 0; i + 1 < found_.size(); ++i) {
      Segment segment = found_[i].segment;
      if (!segment.gap) segment.end = found_[i + 1].segment.base;
      store_.Adopt(segment);
      if (!found_[i].sound) Salvage(segment.base);
    }
  }

  Status AdoptLast() {
    const Found& last = found_.back();
    Segment segment = last.segment;
    if (segment.gap) {
      store_.Adopt(segment);
      return Status::Ok();
    }
    const std::string path = store_.paths().Segment(segment.base);
    const auto file = env_.OpenReadable(path);
    if (file.status().code() == StatusCode::kResourceExhausted) return file.status();
    if (!file.ok()) LogError("journal: {}", file.status().ToString());
    SegmentSurvey survey = UnreadableSegment(segment.base, floor_);
    if (file.ok()) survey = SurveySegment(**file, store_.stream_id(), segment.base, floor_);
    survey.corrupt |= !last.sound;
    if (survey.corrupt) survey.end_offset = std::max(survey.end_offset, floor_);
    segment.end = survey.end_offset;
    report_.torn_bytes += survey.torn_bytes;
    if (survey.torn_bytes > 0) {
      if (found_.size() > 1) SLUICE_PROBE("journal: torn tail behind a full segment");
      LogWarn("journal: cut a torn tail of {} bytes from {}", survey.torn_bytes, path);
    }
    store_.Adopt(segment);
    Repair(segment.base, survey);
    return Status::Ok();
  }

  void Repair(uint64_t base, const SegmentSurvey& survey) {
    if (survey.corrupt && Salvage(base)) return;
    const UnprovenTail tail{base, std::max(survey.committed_offset, floor_), survey.committed_bytes,
                            survey.end_bytes, survey.corrupt};
    if (tail.offset < survey.end_offset) return Prove(tail);
    if (!survey.corrupt) Cut(base, survey.end_bytes);
  }

  void Prove(const UnprovenTail& tail) {
    const Status proven = ProveTail(env_, tail, &store_);
    if (proven.ok()) return;
    SLUICE_PROBE("journal: an unsynced tail cannot be synced at opening");
    LogError("journal: {}; events from {} on are held until they are synced", proven.ToString(),
             tail.offset);
    report_.unproven = tail;
  }

  // Also gives back what was reserved. When it fails the tail is cut again at the next opening.
  void Cut(uint64_t base, uint64_t bytes) {
    const Status status = CutSegment(env_, base, bytes, &store_);
    if (!status.ok()) LogWarn("journal: {}", status.ToString());
  }

  bool Salvage(uint64_t base) {
    ++report_.quarantined;
    const Result<uint64_t> lost = store_.Salvage(base);
    if (lost.ok()) {
      report_.lost_events += *lost;
    } else {
      LogError("journal: {}; the repair is tried again when it is read", lost.status().ToString());
    }
    return lost.ok();
  }

  // Events before the first segment that some route has not passed: their files were deleted.
  void CountMissingFront() {
    const uint64_t first = store_.first_offset();
    if (store_.segments().empty() || first <= proven_.acknowledged) return;
    Lose(proven_.acknowledged, first);
  }

  // What was committed and is in no file any more: gone without a trace of damage.
  void FillUpToFloor() {
    if (store_.segments().empty()) store_.AdoptEnd(std::min(proven_.acknowledged, floor_));
    const uint64_t end = store_.end_offset();
    if (end >= floor_) return;
    SLUICE_PROBE("journal: events below the floor are missing");
    Lose(std::max(end, proven_.acknowledged), floor_);
    const Status filled = store_.AppendGap(floor_, GapReason::kMissing);
    if (filled.ok()) return;
    LogWarn("journal: {}; what is missing is read as a gap all the same", filled.ToString());
    store_.AdoptEnd(floor_);
  }

  void Lose(uint64_t from, uint64_t end) {
    if (from >= end) return;
    report_.lost_events += end - from;
    LogError("journal: events {} to {} were committed, but no file of {} holds them", from, end - 1,
             store_.paths().directory);
  }

  void RemoveLeftOver(const std::string& path) {
    if (env_.Remove(path).ok()) return;
    static_cast<void>(SetAside(env_, path, "is in the way of a new segment").ok());
  }

  void RemoveFile(const std::string& path) {
    const Status removed = env_.Remove(path);
    if (!removed.ok()) LogWarn("journal: {}", removed.ToString());
  }

  Env& env_;
  StreamStore& store_;
  const ProvenOffsets proven_;
  const uint64_t floor_;
  std::vector<Found> found_;
  RecoveryReport report_;
};

Result<uint64_t> StreamIdOfCursors(const Env& env, const StreamPaths& paths) {
  const auto names = NamesIn(env, paths.cursors);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (!name.ends_with(kCursorSuffix)) continue;
    const Result<LoadedSlot> loaded = SlotFile::Load(env, paths.cursors + "/" + name);
    if (!loaded.ok()) return loaded.status();
    if (loaded->slot) return loaded->slot->stream_id;
  }
  return uint64_t{0};
}

}  // namespace

Result<uint64_t> FindStreamId(const Env& env, const StreamPaths& paths) {
  const auto names = NamesIn(env, paths.directory);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (!BaseOfSegmentName(name)) continue;
    SegmentHeader header;
    const Result<bool> read = ReadHeader(env, paths.directory + "/" + name, &header);
    if (!read.ok()) return read.status();
    if (*read) return header.stream_id;
  }
  return StreamIdOfCursors(env, paths);
}

Status CheckFormat(const Env& env, const StreamPaths& paths) {
  const auto names = NamesIn(env, paths.directory);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (!BaseOfSegmentName(name)) continue;
    SegmentHeader header;
    const std::string path = paths.directory + "/" + name;
    const Result<bool> read = ReadHeader(env, path, &header);
    if (!read.ok()) return read.status();
    if (*read || header.version <= SegmentHeader::kVersion) continue;
    return {StatusCode::kUnimplemented,
            fmt::format("{} was written by a newer version of Sluice (format {}, this one knows "
                        "{}): install that version again, or move the data directory away",
                        path, header.version, SegmentHeader::kVersion)};
  }
  return Status::Ok();
}

Result<RecoveryReport> RecoverStream(Env& env, const ProvenOffsets& proven, StreamStore* store) {
  return Recovery(env, proven, store).Run();
}

}  // namespace sluice::journal
