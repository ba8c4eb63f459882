#include "journal/record_format.h"

#include <array>
#include <cstring>

#include "base/checksum.h"

namespace sluice::journal {
namespace {

constexpr size_t kLengthAt = 8, kKindAt = 12, kOffsetAt = 16, kTimeAt = 24;
constexpr size_t kChecksummedFrom = kLengthAt;
constexpr size_t kGapPayloadBytes = 16, kBatchPayloadBytes = 16;

uint64_t ChecksumOf(const uint8_t* record, size_t payload_bytes, uint64_t stream_id) {
  const size_t size = kRecordHeaderBytes + payload_bytes - kChecksummedFrom;
  return Xxh3({record + kChecksummedFrom, size}) ^ stream_id;
}

void EncodeHeader(uint8_t* at, size_t length, RecordKind kind, uint64_t offset, int64_t time) {
  StoreLe32(at + kLengthAt, static_cast<uint32_t>(length));
  StoreLe32(at + kKindAt, static_cast<uint32_t>(kind));
  StoreLe64(at + kOffsetAt, offset);
  StoreLe64(at + kTimeAt, static_cast<uint64_t>(time));
}

void Seal(uint8_t* at, size_t length, uint64_t stream_id) {
  StoreLe64(at, ChecksumOf(at, length, stream_id));
}

bool DecodeGap(DecodedRecord* record) {
  if (record->payload.size() != kGapPayloadBytes) return false;
  record->end_offset = LoadLe64(record->payload.data());
  const uint8_t reason = record->payload[8];
  record->reason = static_cast<GapReason>(reason);
  record->payload = {};
  return record->end_offset > record->offset && record->end_offset <= kMaxOffset && reason >= 1 &&
         reason <= static_cast<uint8_t>(GapReason::kMissing);
}

bool DecodeBatch(DecodedRecord* record) {
  if (record->payload.size() != kBatchPayloadBytes) return false;
  record->end_offset = record->offset;
  record->synced = {LoadLe64(record->payload.data()), LoadLe64(record->payload.data() + 8)};
  return record->synced.offset <= record->offset;
}

bool DecodeBlock(DecodedRecord* record) {
  if (record->payload.size() <= kBlockInfoBytes) return false;
  const uint8_t* const at = record->payload.data();
  record->block = {LoadLe32(at), LoadLe32(at + 4), LoadLe64(at + 8)};
  record->payload = record->payload.subspan(kBlockInfoBytes);
  record->end_offset = record->offset + record->block.events;
  return record->block.events > 0 && record->end_offset <= kMaxOffset &&
         record->block.plain_bytes <= kMaxBlockBytes;
}

bool DecodeBody(DecodedRecord* record) {
  switch (record->kind) {
    case RecordKind::kEvent:
      record->end_offset = record->offset + 1;
      return true;
    case RecordKind::kGap:
      return DecodeGap(record);
    case RecordKind::kBatch:
      return DecodeBatch(record);
    case RecordKind::kBlock:
      return DecodeBlock(record);
  }
  return false;
}

}  // namespace

std::string_view GapReasonName(GapReason reason) {
  static constexpr std::array<std::string_view, 5> kNames = {"none", "evicted", "dropped",
                                                             "corrupt", "missing"};
  return kNames.at(static_cast<size_t>(reason));
}

Record DecodedRecord::ToRecord() const {
  return {kind == RecordKind::kGap ? Record::Kind::kGap : Record::Kind::kEvent,
          reason,
          offset,
          end_offset,
          time,
          payload};
}

RecordView ViewRecord(const uint8_t* record) {
  const size_t length = LoadLe32(record + kLengthAt);
  return {static_cast<RecordKind>(record[kKindAt]),
          LoadLe64(record + kOffsetAt),
          static_cast<int64_t>(LoadLe64(record + kTimeAt)),
          {record + kRecordHeaderBytes, length},
          RecordBytes(length)};
}

DecodeVerdict DecodeRecord(ByteSpan bytes, uint64_t stream_id, DecodedRecord* record,
                           size_t* needed) {
  *needed = kRecordHeaderBytes;
  if (bytes.size() < kRecordHeaderBytes) return DecodeVerdict::kNeedMore;
  const uint32_t length = LoadLe32(bytes.data() + kLengthAt);
  const uint32_t kind = LoadLe32(bytes.data() + kKindAt);  // and the three zero bytes behind it
  const uint64_t offset = LoadLe64(bytes.data() + kOffsetAt);
  if (length > kMaxPayloadBytes || kind < 1 || kind > 4 || offset >= kMaxOffset) {
    return DecodeVerdict::kInvalid;
  }
  *needed = RecordBytes(length);
  if (bytes.size() < *needed) return DecodeVerdict::kNeedMore;
  if (LoadLe64(bytes.data()) != ChecksumOf(bytes.data(), length, stream_id))
    return DecodeVerdict::kInvalid;
  *record = {static_cast<RecordKind>(kind),
             GapReason::kNone,
             offset,
             0,
             static_cast<int64_t>(LoadLe64(bytes.data() + kTimeAt)),
             bytes.subspan(kRecordHeaderBytes, length),
             {},
             {},
             LoadLe64(bytes.data()),
             *needed};
  return DecodeBody(record) ? DecodeVerdict::kValid : DecodeVerdict::kInvalid;
}

void EncodeEvent(uint8_t* at, uint64_t stream_id, uint64_t offset, int64_t time, ByteSpan payload) {
  const size_t end = kRecordHeaderBytes + payload.size();
  EncodeHeader(at, payload.size(), RecordKind::kEvent, offset, time);
  if (!payload.empty()) std::memcpy(at + kRecordHeaderBytes, payload.data(), payload.size());
  std::memset(at + end, 0, RecordBytes(payload.size()) - end);
  Seal(at, payload.size(), stream_id);
}

void EncodeGap(uint8_t* at, uint64_t stream_id, uint64_t offset, uint64_t end_offset,
               GapReason reason, int64_t time) {
  EncodeHeader(at, kGapPayloadBytes, RecordKind::kGap, offset, time);
  StoreLe64(at + kRecordHeaderBytes, end_offset);
  StoreLe64(at + kRecordHeaderBytes + 8, static_cast<uint64_t>(reason));
  Seal(at, kGapPayloadBytes, stream_id);
}

void EncodeBatch(uint8_t* at, uint64_t stream_id, uint64_t offset, SyncPoint synced, int64_t time) {
  EncodeHeader(at, kBatchPayloadBytes, RecordKind::kBatch, offset, time);
  StoreLe64(at + kRecordHeaderBytes, synced.bytes);
  StoreLe64(at + kRecordHeaderBytes + 8, synced.offset);
  Seal(at, kBatchPayloadBytes, stream_id);
}

void EncodeBlock(uint8_t* at, uint64_t stream_id, uint64_t offset, int64_t time,
                 const BlockInfo& info, size_t packed_bytes) {
  const size_t length = kBlockInfoBytes + packed_bytes;
  const size_t end = kRecordHeaderBytes + length;
  EncodeHeader(at, length, RecordKind::kBlock, offset, time);
  StoreLe32(at + kRecordHeaderBytes, info.events);
  StoreLe32(at + kRecordHeaderBytes + 4, info.plain_bytes);
  StoreLe64(at + kRecordHeaderBytes + 8, info.before);
  std::memset(at + end, 0, RecordBytes(length) - end);
  Seal(at, length, stream_id);
}

void RestampBatches(uint8_t* bytes, size_t size, uint64_t stream_id, SyncPoint synced) {
  for (size_t at = 0; at < size;) {
    const RecordView record = ViewRecord(bytes + at);
    if (record.kind == RecordKind::kBatch) {
      EncodeBatch(bytes + at, stream_id, record.offset, synced, record.time);
    }
    at += record.bytes;
  }
}

}  // namespace sluice::journal
