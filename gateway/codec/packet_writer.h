#pragma once

#include <cstdint>
#include <string_view>

#include "base/byte_buffer.h"
#include "base/bytes.h"
#include "codec/protocol.h"

namespace sluice::codec {

// Puts a variable byte integer before what is appended while it lives: the length of a packet or of
// properties. It leaves room for the expected length and moves what follows in the rare case that
// the guess was wrong, so that no encoder needs a second walk over its fields to add up their
// sizes.
class LengthPrefix {
 public:
  explicit LengthPrefix(ByteBuffer* out, size_t expected_length = 0);
  LengthPrefix(const LengthPrefix&) = delete;
  LengthPrefix& operator=(const LengthPrefix&) = delete;
  ~LengthPrefix();

 private:
  ByteBuffer* const out_;
  const size_t start_;  // offset of the prefix in *out_
  const size_t room_;
};

// The first byte and the length of a packet, around what is appended while it lives.
class FrameWriter {
 public:
  FrameWriter(PacketType type, uint8_t flags, ByteBuffer* out, size_t expected_length = 0);

 private:
  LengthPrefix length_;
};

// A two-byte length and the bytes; longer than kMaxFieldBytes is a bug of the caller.
void AppendText(std::string_view text, ByteBuffer* out);
void AppendBinary(ByteSpan bytes, ByteBuffer* out);

}  // namespace sluice::codec
