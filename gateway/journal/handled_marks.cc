#include "journal/handled_marks.h"

#include <algorithm>
#include <string_view>

#include "journal/side_file.h"

namespace sluice::journal {
namespace {

constexpr std::string_view kMagic = "SLSH";
constexpr size_t kHeaderBytes = 32;
constexpr size_t kRangeBytes = 16;

Status Damaged(const char* what) { return Status::Corruption(what); }

}  // namespace

bool HandledMarks::Contains(uint64_t offset) const {
  const auto behind =
      std::upper_bound(ranges_.begin(), ranges_.end(), offset,
                       [](uint64_t o, const OffsetRange& r) { return o < r.first; });
  return behind != ranges_.begin() && offset < (behind - 1)->end;
}

bool HandledMarks::Add(uint64_t offset) {
  const auto behind =
      std::upper_bound(ranges_.begin(), ranges_.end(), offset,
                       [](uint64_t o, const OffsetRange& r) { return o < r.first; });
  const bool has_before = behind != ranges_.begin();
  if (has_before && offset < (behind - 1)->end) return false;
  const bool joins_before = has_before && (behind - 1)->end == offset;
  const bool joins_behind = behind != ranges_.end() && behind->first == offset + 1;
  if (joins_before && joins_behind) {
    (behind - 1)->end = behind->end;
    ranges_.erase(behind);
  } else if (joins_before) {
    ++(behind - 1)->end;
  } else if (joins_behind) {
    --behind->first;
  } else {
    ranges_.insert(behind, {offset, offset + 1});
  }
  return true;
}

void HandledMarks::DropBelow(uint64_t offset) {
  const auto kept = std::find_if(ranges_.begin(), ranges_.end(),
                                 [&](const OffsetRange& r) { return r.end > offset; });
  ranges_.erase(ranges_.begin(), kept);
  if (!ranges_.empty()) ranges_.front().first = std::max(ranges_.front().first, offset);
}

std::vector<uint8_t> HandledMarks::Encode(uint64_t stream_id) const {
  std::vector<uint8_t> file(kHeaderBytes + ranges_.size() * kRangeBytes);
  StoreLe64(&file[24], ranges_.size());
  uint8_t* at = file.data() + kHeaderBytes;
  for (const OffsetRange& range : ranges_) {
    StoreLe64(at, range.first);
    StoreLe64(at + 8, range.end);
    at += kRangeBytes;
  }
  SealSideFile(kMagic, stream_id, file);
  return file;
}

Result<HandledMarks> HandledMarks::Decode(ByteSpan file, uint64_t* stream_id) {
  const Result<uint64_t> id = OpenSideFile(kMagic, file, kHeaderBytes);
  if (!id.ok()) return id.status();
  const uint64_t count = LoadLe64(&file[24]);
  const bool is_whole = count <= kMaxRanges && file.size() == kHeaderBytes + count * kRangeBytes;
  if (!is_whole) return Damaged("its header is none");
  HandledMarks marks;
  marks.ranges_.reserve(count);
  for (ByteSpan at = file.subspan(kHeaderBytes); !at.empty(); at = at.subspan(kRangeBytes)) {
    const OffsetRange range{LoadLe64(at.data()), LoadLe64(at.data() + 8)};
    const bool follows = marks.ranges_.empty() || range.first > marks.ranges_.back().end;
    if (range.first >= range.end || !follows) return Damaged("its ranges are not in order");
    marks.ranges_.push_back(range);
  }
  *stream_id = *id;
  return marks;
}

}  // namespace sluice::journal
