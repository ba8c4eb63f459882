#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/status.h"
#include "codec/varint.h"

namespace sluice::codec {

// Reads fields of bytes that were checked when their packet was decoded, so that a failure is a bug
// of ours.

inline uint8_t TakeU8(ByteReader* in) {
  uint8_t value = 0;
  SLUICE_CHECK(in->ReadU8(&value));
  return value;
}

inline uint32_t TakeVarint(ByteReader* in) {
  Varint varint;
  SLUICE_CHECK(DecodeVarint(in->rest(), &varint) == VarintState::kOk);
  SLUICE_CHECK(in->Skip(varint.size));
  return varint.value;
}

inline ByteSpan TakeBinary(ByteReader* in) {
  uint16_t length = 0;
  ByteSpan bytes;
  SLUICE_CHECK(in->ReadBe16(&length) && in->ReadBytes(length, &bytes));
  return bytes;
}

inline std::string_view TakeText(ByteReader* in) { return AsText(TakeBinary(in)); }

}  // namespace sluice::codec
