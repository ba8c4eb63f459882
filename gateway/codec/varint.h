#pragma once

#include <cstdint>

#include "base/byte_buffer.h"
#include "base/bytes.h"
#include "codec/protocol.h"

namespace sluice::codec {

// Variable byte integers (section 1.5.5): seven bits a byte, low bits first, at most four bytes, so
// that no peer can make a length of its choosing: anything above kMaxVarint is an error after the
// fourth byte.

// How many bytes `value` takes; value <= kMaxVarint.
constexpr size_t VarintSize(uint32_t value) {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : 4;
}

enum class VarintState : uint8_t {
  kOk,
  kNeedMore,  // the input ends in the middle
  kTooLong,   // the fourth byte says that there is a fifth
};

struct Varint {
  uint32_t value = 0;
  uint8_t size = 0;  // bytes taken from the input
  // More bytes than needed. MQTT 5 forbids it [MQTT-1.5.5-1]; 3.1.1 does not say, and devices pad
  // the length because they write it into a gap that they left before the body.
  bool padded = false;
};

// Reads from the front of `in`; sets *out only on kOk.
[[nodiscard]] VarintState DecodeVarint(ByteSpan in, Varint* out);

// Writes at `to`, where there is room for VarintSize(value) bytes, and returns that size.
size_t StoreVarint(uint8_t* to, uint32_t value);
void AppendVarint(uint32_t value, ByteBuffer* out);

}  // namespace sluice::codec
