#include "journal/side_file.h"

#include <cstring>

#include "base/checksum.h"

namespace sluice::journal {
namespace {

constexpr size_t kMagicBytes = 4;
constexpr uint32_t kVersion = 1;
constexpr size_t kChecksummedFrom = 8;

}  // namespace

void SealSideFile(std::string_view magic, uint64_t stream_id, std::span<uint8_t> file) {
  SLUICE_CHECK(magic.size() == kMagicBytes && file.size() >= kSideFileHeaderBytes);
  std::memcpy(&file[8], magic.data(), kMagicBytes);
  StoreLe32(&file[12], kVersion);
  StoreLe64(&file[16], stream_id);
  StoreLe64(file.data(), Xxh3(ByteSpan(file).subspan(kChecksummedFrom)));
}

Result<uint64_t> OpenSideFile(std::string_view magic, ByteSpan file, size_t least) {
  SLUICE_CHECK(magic.size() == kMagicBytes && least >= kSideFileHeaderBytes);
  if (file.size() < least) return Status::Corruption("it is cut");
  if (std::memcmp(&file[8], magic.data(), kMagicBytes) != 0) {
    return Status::Corruption("it is no such file");
  }
  if (LoadLe64(file.data()) != Xxh3(file.subspan(kChecksummedFrom))) {
    return Status::Corruption("its checksum does not fit");
  }
  const uint32_t version = LoadLe32(&file[12]);
  if (version > kVersion) {
    return Status(StatusCode::kUnimplemented, "it was written by a newer version of Sluice");
  }
  if (version != kVersion) return Status::Corruption("its header is none");
  return LoadLe64(&file[16]);
}

}  // namespace sluice::journal
