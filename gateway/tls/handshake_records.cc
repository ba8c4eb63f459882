#include "tls/handshake_records.h"

#include <algorithm>

namespace sluice::tls {
namespace {

constexpr size_t kHeaderBytes = 5;
constexpr size_t kMaxRecordBytes = 16384 + 2048;
constexpr uint8_t kChangeCipherSpec = 20, kHandshake = 22, kApplicationData = 23;
// Of a message: its type, and the length of what follows.
constexpr size_t kMessageHeadBytes = 4;

// How much of `bytes` are whole messages.
size_t WholeMessages(ByteSpan bytes) {
  size_t whole = 0;
  while (bytes.size() - whole >= kMessageHeadBytes) {
    const size_t length = LoadBe32(&bytes[whole]) & 0xffffff;
    if (bytes.size() - whole < kMessageHeadBytes + length) break;
    whole += kMessageHeadBytes + length;
  }
  return whole;
}

// `like` is a record whose type and version the new one has.
void AppendRecord(ByteSpan like, ByteSpan payload, ByteBuffer* out) {
  out->Append(like.first(3));
  out->AppendBe16(static_cast<uint16_t>(payload.size()));
  out->Append(payload);
}

}  // namespace

size_t RecordBytes(ByteSpan bytes) {
  if (bytes.empty()) return 0;
  if (bytes[0] < kChangeCipherSpec || bytes[0] > kApplicationData) return bytes.size();
  if (bytes.size() < kHeaderBytes) return 0;
  const size_t length = LoadBe16(&bytes[3]);
  if (length > kMaxRecordBytes) return bytes.size();
  return bytes.size() < kHeaderBytes + length ? 0 : kHeaderBytes + length;
}

void HandshakeJoiner::Take(ByteSpan record) {
  if (over_ || record[0] != kHandshake || record.size() < kHeaderBytes) return PassOn(record);
  const ByteSpan payload = record.subspan(kHeaderBytes);
  const bool is_too_long = pending_.size() + payload.size() > kMaxMessageBytes;
  if (is_too_long && !pending_.empty()) return PassOn(record);
  if (pending_.empty() && WholeMessages(payload) == payload.size()) return joined_.Append(record);
  if (is_too_long) return PassOn(record);
  pending_.Append(payload);
  const size_t whole = WholeMessages(pending_.view());
  if (whole == 0) return;
  AppendRecord(record, pending_.view().first(whole), &joined_);
  pending_.Consume(whole);
  if (pending_.empty()) pending_.Release();
}

// mbedTLS says what is wrong with it, if anything is.
void HandshakeJoiner::PassOn(ByteSpan record) {
  over_ = true;
  if (!pending_.empty()) {
    const uint8_t like[] = {kHandshake, 3, 3};
    AppendRecord(like, pending_.view(), &joined_);
    pending_.Release();
  }
  joined_.Append(record);
}

bool IsClientHello(ByteSpan records) {
  constexpr uint8_t kClientHello = 1;
  return records.size() > kHeaderBytes && records[0] == kHandshake &&
         records[kHeaderBytes] == kClientHello;
}

bool AppendInPieces(ByteSpan records, size_t max_payload, ByteBuffer* out) {
  while (!records.empty()) {
    const size_t size = RecordBytes(records);
    const ByteSpan record = records.first(size == 0 ? records.size() : size);
    records = records.subspan(record.size());
    if (record[0] == kChangeCipherSpec || record[0] == kApplicationData) {
      out->Append(record);
      out->Append(records);
      return false;
    }
    const bool is_short = record.size() <= kHeaderBytes + max_payload;
    if (record[0] != kHandshake || is_short || max_payload == 0) {
      out->Append(record);
      continue;
    }
    for (ByteSpan rest = record.subspan(kHeaderBytes); !rest.empty();) {
      const ByteSpan piece = rest.first(std::min(rest.size(), max_payload));
      AppendRecord(record, piece, out);
      rest = rest.subspan(piece.size());
    }
  }
  return true;
}

}  // namespace sluice::tls
