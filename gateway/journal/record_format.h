#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "journal/record.h"

// Records as bytes; see "Record" in FORMAT.md.
namespace sluice::journal {

constexpr size_t kRecordHeaderBytes = 32;
constexpr size_t kRecordAlignment = 8;
// Stops a damaged length from asking for all the memory there is.
constexpr size_t kMaxPayloadBytes = 16u << 20;
// Stops a damaged gap from carrying offsets to their end.
constexpr uint64_t kMaxOffset = 1ull << 62;

constexpr size_t RecordBytes(size_t payload_bytes) {
  return (kRecordHeaderBytes + payload_bytes + kRecordAlignment - 1) & ~(kRecordAlignment - 1);
}
constexpr size_t kGapBytes = RecordBytes(16);
constexpr size_t kBatchBytes = RecordBytes(16);

enum class RecordKind : uint8_t { kEvent = 1, kGap = 2, kBatch = 3, kBlock = 4 };

// What a block of packed events says of itself.
struct BlockInfo {
  uint32_t events = 0;
  uint32_t plain_bytes = 0;  // of its content when it is unpacked
  uint64_t before = 0;       // the checksum of the block that it continues; 0: none
};
constexpr size_t kBlockInfoBytes = 16;
// Stop a damaged block from asking for memory, and damage from taking more than it must: what one
// may hold, and it together with those before it that it needs.
constexpr size_t kMaxBlockBytes = 8u << 10;
constexpr size_t kMaxChainBytes = 32u << 10;
// An event in a block: its time and length, then the payload and zeros up to a multiple of 8.
constexpr size_t kPackedHeaderBytes = 16;
constexpr size_t PackedBytes(size_t payload_bytes) {
  return (kPackedHeaderBytes + payload_bytes + kRecordAlignment - 1) & ~(kRecordAlignment - 1);
}

// What was synced when a batch was written.
struct SyncPoint {
  uint64_t bytes = 0;   // of the batch's file
  uint64_t offset = 0;  // of the stream
};

struct DecodedRecord {
  RecordKind kind = RecordKind::kEvent;
  GapReason reason = GapReason::kNone;
  uint64_t offset = 0;
  uint64_t end_offset = 0;  // of a batch: its offset
  int64_t time = 0;
  ByteSpan payload;  // a view into the bytes that were decoded; of a block: packed
  SyncPoint synced;  // of a batch
  BlockInfo block;   // of a block
  uint64_t checksum = 0;
  size_t bytes = 0;  // with header and padding

  Record ToRecord() const;  // of an event or a gap
};

// A record that is known to be valid, as it stands in memory.
struct RecordView {
  RecordKind kind;
  uint64_t offset;
  int64_t time;
  ByteSpan payload;
  size_t bytes;  // with header and padding
};
RecordView ViewRecord(const uint8_t* record);

enum class DecodeVerdict : uint8_t { kValid, kNeedMore, kInvalid };

// Decodes the record at the front of `bytes`. kNeedMore: it may be one, but `*needed` bytes are
// required to tell.
DecodeVerdict DecodeRecord(ByteSpan bytes, uint64_t stream_id, DecodedRecord* record,
                           size_t* needed);

// Each writes one record at `at`, which has room for RecordBytes(payload), kGapBytes or
// kBatchBytes.
void EncodeEvent(uint8_t* at, uint64_t stream_id, uint64_t offset, int64_t time, ByteSpan payload);
void EncodeGap(uint8_t* at, uint64_t stream_id, uint64_t offset, uint64_t end_offset,
               GapReason reason, int64_t time);
void EncodeBatch(uint8_t* at, uint64_t stream_id, uint64_t offset, SyncPoint synced, int64_t time);
// The same for a block whose `packed_bytes` are already in their place, behind the header and the
// info.
void EncodeBlock(uint8_t* at, uint64_t stream_id, uint64_t offset, int64_t time,
                 const BlockInfo& info, size_t packed_bytes);

// Writes other sync points into the batch records of `bytes`, which must be whole valid records.
void RestampBatches(uint8_t* bytes, size_t size, uint64_t stream_id, SyncPoint synced);

}  // namespace sluice::journal
