#include "journal/block.h"

#include <cstring>

#include "journal/record_format.h"

namespace sluice::journal {
namespace {

constexpr size_t kTimeAt = 0, kLengthAt = 8;

}  // namespace

bool BlockEvents::Next(Record* event) {
  if (rest_.empty()) return false;
  const uint32_t length = LoadLe32(&rest_[kLengthAt]);
  const auto time = static_cast<int64_t>(LoadLe64(&rest_[kTimeAt]));
  *event = {Record::Kind::kEvent,
            GapReason::kNone,
            offset_,
            offset_ + 1,
            time,
            rest_.subspan(kPackedHeaderBytes, length)};
  ++offset_;
  rest_ = rest_.subspan(PackedBytes(length));
  return true;
}

bool IsSoundBlock(ByteSpan plain, uint32_t events) {
  for (; events > 0; --events) {
    if (plain.size() < kPackedHeaderBytes) return false;
    const uint32_t length = LoadLe32(&plain[kLengthAt]);
    if (length > plain.size() || PackedBytes(length) > plain.size()) return false;
    plain = plain.subspan(PackedBytes(length));
  }
  return plain.empty();
}

void EncodePackedEvent(uint8_t* at, int64_t time, ByteSpan payload) {
  const size_t end = kPackedHeaderBytes + payload.size();
  StoreLe64(at + kTimeAt, static_cast<uint64_t>(time));
  StoreLe64(at + kLengthAt, payload.size());
  if (!payload.empty()) std::memcpy(at + kPackedHeaderBytes, payload.data(), payload.size());
  std::memset(at + end, 0, PackedBytes(payload.size()) - end);
}

}  // namespace sluice::journal
