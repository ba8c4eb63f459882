#include "journal/segment_header.h"

#include <cstring>
#include <string_view>

#include "base/checksum.h"
#include "journal/record_format.h"

namespace sluice::journal {
namespace {

constexpr std::string_view kMagic = "SLSG";
constexpr size_t kChecksumAt = 56;

}  // namespace

void SegmentHeader::Encode(uint8_t* at) const {
  std::memset(at, 0, kSegmentHeaderBytes);
  std::memcpy(at, kMagic.data(), kMagic.size());
  StoreLe32(at + 4, version | kSegmentHeaderBytes << 16);
  StoreLe64(at + 8, stream_id);
  StoreLe64(at + 16, base_offset);
  StoreLe64(at + 24, gap_end);
  StoreLe64(at + 32, static_cast<uint64_t>(created));
  StoreLe64(at + kChecksumAt, Xxh3({at, kChecksumAt}));
}

bool SegmentHeader::Decode(ByteSpan bytes) {
  version = 0;
  if (bytes.size() < kSegmentHeaderBytes || !AsText(bytes).starts_with(kMagic)) return false;
  if (LoadLe64(&bytes[kChecksumAt]) != Xxh3(bytes.first(kChecksumAt))) return false;
  const uint32_t version_and_size = LoadLe32(&bytes[4]);
  const auto its_version = static_cast<uint16_t>(version_and_size & 0xFFFF);
  if (its_version > kVersion) version = its_version;
  const bool known = its_version >= kPlainVersion && its_version <= kVersion;
  if (!known || version_and_size >> 16 != kSegmentHeaderBytes) return false;
  version = its_version;
  stream_id = LoadLe64(&bytes[8]);
  base_offset = LoadLe64(&bytes[16]);
  gap_end = LoadLe64(&bytes[24]);
  created = static_cast<int64_t>(LoadLe64(&bytes[32]));
  return base_offset < kMaxOffset && gap_end <= kMaxOffset &&
         (gap_end == 0 || gap_end > base_offset);
}

}  // namespace sluice::journal
