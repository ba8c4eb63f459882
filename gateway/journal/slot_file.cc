#include "journal/slot_file.h"

#include <array>
#include <cstring>

#include "base/checksum.h"

namespace sluice::journal {
namespace {

constexpr char kMagic[] = "SLSL";
constexpr size_t kHeaderBytes = 32;
constexpr size_t kSlotDistance = 4096;  // a page and more than a sector: one write tears one slot
constexpr size_t kChecksummedFrom = 8;

bool DecodeSlot(ByteSpan bytes, Slot* slot) {
  if (bytes.size() < kHeaderBytes || std::memcmp(&bytes[8], kMagic, 4) != 0) return false;
  const uint32_t length = LoadLe32(&bytes[12]);
  if (length > SlotFile::kMaxPayloadBytes || bytes.size() < kHeaderBytes + length) return false;
  const ByteSpan checksummed =
      bytes.subspan(kChecksummedFrom, kHeaderBytes + length - kChecksummedFrom);
  if (LoadLe64(bytes.data()) != Xxh3(checksummed)) return false;
  slot->sequence = LoadLe64(&bytes[16]);
  slot->stream_id = LoadLe64(&bytes[24]);
  const ByteSpan payload = bytes.subspan(kHeaderBytes, length);
  slot->payload.assign(payload.begin(), payload.end());
  return true;
}

}  // namespace

std::optional<Slot> DecodeSlots(ByteSpan file) {
  std::optional<Slot> best;
  for (size_t at = 0; at < 2 * kSlotDistance && at < file.size(); at += kSlotDistance) {
    Slot slot;
    if (!DecodeSlot(file.subspan(at), &slot)) continue;
    if (!best || slot.sequence > best->sequence) best = std::move(slot);
  }
  return best;
}

Result<std::optional<Slot>> SlotFile::Load(const Env& env, const std::string& path, bool* damaged) {
  *damaged = false;
  Result<std::string> content = ReadFileToString(env, path, kMaxFileBytes);
  if (content.status().code() == StatusCode::kNotFound) return std::optional<Slot>();
  if (!content.ok() && content.status().code() != StatusCode::kResourceExhausted) {
    return content.status();
  }
  std::optional<Slot> slot;
  if (content.ok()) slot = DecodeSlots(AsBytes(*content));
  // An empty file was made by a process that died before its first write.
  *damaged = !slot.has_value() && !(content.ok() && content->empty());
  return slot;
}

SlotFile::SlotFile(Env& env, std::string directory, std::string path, uint64_t sequence)
    : env_(env), directory_(std::move(directory)), path_(std::move(path)), sequence_(sequence) {}

Status SlotFile::Open() {
  if (file_ != nullptr) return Status::Ok();
  Result<std::unique_ptr<WritableFile>> file = env_.OpenWritable(path_);
  if (!file.ok()) return file.status();
  SLUICE_RETURN_IF_ERROR(env_.SyncDirectory(directory_));
  file_ = std::move(file).value();
  return Status::Ok();
}

Status SlotFile::Save(uint64_t stream_id, ByteSpan payload) {
  SLUICE_CHECK(payload.size() <= kMaxPayloadBytes);
  SLUICE_RETURN_IF_ERROR(Open());
  std::array<uint8_t, kHeaderBytes + kMaxPayloadBytes> slot{};
  std::memcpy(&slot[8], kMagic, 4);
  StoreLe32(&slot[12], static_cast<uint32_t>(payload.size()));
  StoreLe64(&slot[16], sequence_ + 1);
  StoreLe64(&slot[24], stream_id);
  std::memcpy(&slot[kHeaderBytes], payload.data(), payload.size());
  const size_t size = kHeaderBytes + payload.size();
  StoreLe64(slot.data(), Xxh3({&slot[kChecksummedFrom], size - kChecksummedFrom}));
  SLUICE_RETURN_IF_ERROR(file_->WriteAt((sequence_ + 1) % 2 * kSlotDistance, {slot.data(), size}));
  SLUICE_RETURN_IF_ERROR(file_->Sync());
  // Only now: a failed attempt is repeated into the same slot and leaves the good one alone.
  ++sequence_;
  return Status::Ok();
}

}  // namespace sluice::journal
