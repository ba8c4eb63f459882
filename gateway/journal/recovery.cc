#include "journal/recovery.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/log.h"
#include "journal/record_format.h"
#include "journal/segment_header.h"
#include "journal/segment_survey.h"

namespace sluice::journal {
namespace {

bool ReadHeader(const Env& env, const std::string& path, SegmentHeader* header) {
  const auto file = env.OpenReadable(path);
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
  Recovery(Env& env, uint64_t floor, StreamStore* store)
      : env_(env), store_(*store), floor_(floor) {}

  Result<RecoveryReport> Run() {
    SLUICE_RETURN_IF_ERROR(FindSegments());
    RemoveCovered();
    if (!found_.empty()) {
      AdoptAllButLast();
      AdoptLast();
    }
    // Segments that somebody deleted leave a hole, but their offsets stay used.
    store_.AdoptEnd(std::max(store_.end_offset(), floor_));
    return report_;
  }

 private:
  Status FindSegments() {
    const auto names = env_.List(store_.paths().directory);
    if (!names.ok()) return names.status();
    for (const std::string& name : *names) {
      if (name.ends_with(kNewSuffix)) RemoveFile(store_.paths().directory + "/" + name);
      if (const auto base = BaseOfSegmentName(name)) found_.push_back(Look(*base));
    }
    return Status::Ok();
  }

  Found Look(uint64_t base) {
    const std::string path = store_.paths().Segment(base);
    Found found;
    SegmentHeader header;
    found.sound = ReadHeader(env_, path, &header) && header.base_offset == base &&
                  header.stream_id == store_.stream_id();
    if (!found.sound) header = {};
    const Result<uint64_t> size = env_.FileSize(path);
    found.segment = {base,           header.gap_end,      size.ok() ? *size : 0,
                     header.created, header.gap_end != 0, 0};
    return found;
  }

  // A merged gap covers the segment that it replaces until that is removed.
  void RemoveCovered() {
    for (size_t i = 1; i < found_.size();) {
      const Segment& before = found_[i - 1].segment;
      if (!before.gap || found_[i].segment.base >= before.end) {
        ++i;
        continue;
      }
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

  void AdoptLast() {
    const Found& last = found_.back();
    Segment segment = last.segment;
    if (segment.gap) {
      store_.Adopt(segment);
      return;
    }
    const std::string path = store_.paths().Segment(segment.base);
    const auto file = env_.OpenReadable(path);
    if (!file.ok()) LogError("journal: {}", file.status().ToString());
    SegmentSurvey survey = UnreadableSegment(segment.base, segment.bytes, floor_);
    if (file.ok()) survey = SurveySegment(**file, store_.stream_id(), segment.base, floor_);
    segment.end = survey.end_offset;
    report_.torn_bytes += survey.torn_bytes;
    if (survey.torn_bytes > 0)
      LogWarn("journal: cut a torn tail of {} bytes from {}", survey.torn_bytes, path);
    store_.Adopt(segment);
    Repair(segment.base, survey, last.sound);
  }

  void Repair(uint64_t base, const SegmentSurvey& survey, bool sound_header) {
    if (survey.corrupt || (!sound_header && survey.end_offset > base)) return Salvage(base);
    if (survey.committed_offset == survey.end_offset) return Cut(base, survey.end_bytes);
    const Status rewritten = store_.RewriteTail(survey.committed_offset);
    if (!rewritten.ok()) {
      LogError("journal: {}; its last events may not be synced", rewritten.ToString());
      return Cut(base, survey.end_bytes);
    }
    if (survey.committed_offset > base) Cut(base, survey.committed_bytes);
  }

  // Also gives back what was reserved. When it fails the tail is cut again at the next opening.
  void Cut(uint64_t base, uint64_t bytes) {
    auto file = env_.OpenWritable(store_.paths().Segment(base));
    Status status = file.status();
    if (file.ok()) status = (*file)->Truncate(bytes);
    if (status.ok()) status = (*file)->Sync();
    if (!status.ok()) {
      LogWarn("journal: {}", status.ToString());
      return;
    }
    store_.NoteCut(base, bytes);
  }

  void Salvage(uint64_t base) {
    ++report_.quarantined;
    const Result<uint64_t> lost = store_.Salvage(base);
    if (lost.ok()) {
      report_.lost_events += *lost;
    } else {
      LogError("journal: {}; tried again when it is read", lost.status().ToString());
    }
  }

  void RemoveFile(const std::string& path) {
    const Status removed = env_.Remove(path);
    if (!removed.ok()) LogWarn("journal: {}", removed.ToString());
  }

  Env& env_;
  StreamStore& store_;
  const uint64_t floor_;
  std::vector<Found> found_;
  RecoveryReport report_;
};

}  // namespace

uint64_t FindStreamId(const Env& env, const StreamPaths& paths) {
  const auto names = env.List(paths.directory);
  if (!names.ok()) return 0;
  for (const std::string& name : *names) {
    SegmentHeader header;
    if (!BaseOfSegmentName(name) || !ReadHeader(env, paths.directory + "/" + name, &header))
      continue;
    return header.stream_id;
  }
  return 0;
}

Result<RecoveryReport> RecoverStream(Env& env, uint64_t floor, StreamStore* store) {
  return Recovery(env, floor, store).Run();
}

}  // namespace sluice::journal
