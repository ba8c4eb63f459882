#include "codec/varint.h"

#include "base/status.h"

namespace sluice::codec {

VarintState DecodeVarint(ByteSpan in, Varint* out) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) {
    if (i == in.size()) return VarintState::kNeedMore;
    value |= static_cast<uint32_t>(in[i] & 0x7F) << (7 * i);
    if ((in[i] & 0x80) == 0) {
      *out = {value, static_cast<uint8_t>(i + 1), i > 0 && in[i] == 0};
      return VarintState::kOk;
    }
  }
  return VarintState::kTooLong;
}

size_t StoreVarint(uint8_t* to, uint32_t value) {
  SLUICE_CHECK(value <= kMaxVarint);
  size_t size = 0;
  do {
    to[size] = static_cast<uint8_t>(value & 0x7F);
    value >>= 7;
    if (value != 0) to[size] |= 0x80;
    ++size;
  } while (value != 0);
  return size;
}

void AppendVarint(uint32_t value, ByteBuffer* out) {
  SLUICE_CHECK(value <= kMaxVarint);
  StoreVarint(out->Extend(VarintSize(value)), value);
}

}  // namespace sluice::codec
