#include "journal/segment_header.h"

#include <cstring>

#include "base/checksum.h"
#include "journal/record_format.h"

namespace sluice::journal {
namespace {

constexpr char kMagic[] = "SLSG";
constexpr uint32_t kVersionAndSize = SegmentHeader::kVersion | kSegmentHeaderBytes << 16;
constexpr size_t kChecksumAt = 56;

}  // namespace

void SegmentHeader::Encode(uint8_t* at) const {
  std::memset(at, 0, kSegmentHeaderBytes);
  std::memcpy(at, kMagic, 4);
  StoreLe32(at + 4, kVersionAndSize);
  StoreLe64(at + 8, stream_id);
  StoreLe64(at + 16, base_offset);
  StoreLe64(at + 24, gap_end);
  StoreLe64(at + 32, static_cast<uint64_t>(created));
  StoreLe64(at + kChecksumAt, Xxh3({at, kChecksumAt}));
}

bool SegmentHeader::Decode(ByteSpan bytes) {
  if (bytes.size() < kSegmentHeaderBytes || std::memcmp(bytes.data(), kMagic, 4) != 0) return false;
  if (LoadLe64(&bytes[kChecksumAt]) != Xxh3(bytes.first(kChecksumAt))) return false;
  if (LoadLe32(&bytes[4]) != kVersionAndSize) {
    const auto its_version = static_cast<uint16_t>(LoadLe32(&bytes[4]) & 0xFFFF);
    version = its_version > kVersion ? its_version : 0;
    return false;
  }
  stream_id = LoadLe64(&bytes[8]);
  base_offset = LoadLe64(&bytes[16]);
  gap_end = LoadLe64(&bytes[24]);
  created = static_cast<int64_t>(LoadLe64(&bytes[32]));
  return base_offset < kMaxOffset && gap_end <= kMaxOffset &&
         (gap_end == 0 || gap_end > base_offset);
}

}  // namespace sluice::journal
