#include "journal/slot_file.h"

#include <array>
#include <cstring>
#include <utility>

#include "base/checksum.h"
#include "base/probe.h"

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

// Each slot by itself: a page that can't be read leaves the other.
Result<LoadedSlot> SlotFile::Load(const Env& env, const std::string& path) {
  LoadedSlot loaded;
  const auto file = env.OpenReadable(path);
  if (!file.ok()) {
    if (file.status().code() == StatusCode::kResourceExhausted) return file.status();
    loaded.damaged = file.status().code() != StatusCode::kNotFound;
    return loaded;
  }
  bool unsound = false;  // one of them, and it was written once
  for (size_t at = 0; at < 2 * kSlotDistance; at += kSlotDistance) {
    std::array<uint8_t, kHeaderBytes + kMaxPayloadBytes> bytes{};
    const Result<size_t> got = (*file)->ReadAt(at, bytes.size(), bytes.data());
    loaded.damaged |= !got.ok();
    std::optional<Slot> slot;
    if (got.ok()) slot = DecodeSlots(ByteSpan(bytes).first(*got));
    unsound |= !slot && (!got.ok() || std::memcmp(&bytes[8], kMagic, 4) == 0);
    if (slot && (!loaded.slot || slot->sequence > loaded.slot->sequence)) loaded.slot = slot;
  }
  if (unsound && loaded.slot) SLUICE_PROBE("journal: one slot is unsound, the other counts");
  loaded.damaged |= !loaded.slot.has_value();
  const Result<uint64_t> size = (*file)->Size();
  loaded.empty = size.ok() && *size == 0;
  return loaded;
}

SlotFile::SlotFile(Env& env, std::string directory, std::string path, uint64_t sequence)
    : env_(env),
      directory_(std::move(directory)),
      path_(std::move(path)),
      next_sequence_(sequence + 1),
      found_is_synced_(sequence == 0) {}

Status SlotFile::Open() {
  if (file_ != nullptr) return Status::Ok();
  Result<std::unique_ptr<WritableFile>> file = env_.OpenWritable(path_);
  if (!file.ok()) return file.status();
  SLUICE_RETURN_IF_ERROR(env_.SyncDirectory(directory_));
  file_ = std::move(file).value();
  return Status::Ok();
}

// Both places get their page while there is room, so that a disk that fills up later does not stop
// the second one.
void SlotFile::Reserve(uint64_t sequence) {
  const std::array<uint8_t, kHeaderBytes> nothing{};
  static_cast<void>(file_->WriteAt(sequence % 2 * kSlotDistance, nothing).ok());
}

Status SlotFile::Write(uint64_t stream_id, ByteSpan payload) {
  SLUICE_CHECK(payload.size() <= kMaxPayloadBytes);
  SLUICE_RETURN_IF_ERROR(Open());
  if (!found_is_synced_) SLUICE_RETURN_IF_ERROR(file_->Sync());
  found_is_synced_ = true;
  const uint64_t sequence = next_sequence_;
  std::array<uint8_t, kHeaderBytes + kMaxPayloadBytes> slot{};
  std::memcpy(&slot[8], kMagic, 4);
  StoreLe32(&slot[12], static_cast<uint32_t>(payload.size()));
  StoreLe64(&slot[16], sequence);
  StoreLe64(&slot[24], stream_id);
  std::memcpy(&slot[kHeaderBytes], payload.data(), payload.size());
  const size_t size = kHeaderBytes + payload.size();
  StoreLe64(slot.data(), Xxh3({&slot[kChecksummedFrom], size - kChecksummedFrom}));
  SLUICE_RETURN_IF_ERROR(file_->WriteAt(sequence % 2 * kSlotDistance, {slot.data(), size}));
  // Only now: a failed attempt is repeated into the same place and leaves the good one alone.
  next_sequence_ = sequence + 2;
  synced_ = false;
  if (sequence == 1) Reserve(sequence + 1);
  return Status::Ok();
}

Status SlotFile::Sync() {
  if (is_synced()) return Status::Ok();
  SLUICE_RETURN_IF_ERROR(file_->Sync());
  synced_ = true;
  --next_sequence_;
  return Status::Ok();
}

Status SlotFile::Save(uint64_t stream_id, ByteSpan payload) {
  SLUICE_RETURN_IF_ERROR(Write(stream_id, payload));
  return Sync();
}

}  // namespace sluice::journal
