#include "codec/packet_writer.h"

#include <cstring>

#include "base/status.h"
#include "codec/varint.h"

namespace sluice::codec {
namespace {

size_t AppendFirstByte(PacketType type, uint8_t flags, size_t expected_length, ByteBuffer* out) {
  out->AppendU8(static_cast<uint8_t>(static_cast<unsigned>(type) << 4 | flags));
  return expected_length;
}

}  // namespace

LengthPrefix::LengthPrefix(ByteBuffer* out, size_t expected_length)
    : out_(out), start_(out->size()), room_(VarintSize(static_cast<uint32_t>(expected_length))) {
  out_->Extend(room_);
}

LengthPrefix::~LengthPrefix() {
  const size_t length = out_->size() - start_ - room_;
  SLUICE_CHECK(length <= kMaxVarint);
  const size_t needed = VarintSize(static_cast<uint32_t>(length));
  if (needed > room_) out_->Extend(needed - room_);
  if (needed != room_) {
    std::memmove(out_->data() + start_ + needed, out_->data() + start_ + room_, length);
  }
  if (needed < room_) out_->Shrink(room_ - needed);
  StoreVarint(out_->data() + start_, static_cast<uint32_t>(length));
}

FrameWriter::FrameWriter(PacketType type, uint8_t flags, ByteBuffer* out, size_t expected_length)
    : length_(out, AppendFirstByte(type, flags, expected_length, out)) {}

void AppendText(std::string_view text, ByteBuffer* out) { AppendBinary(AsBytes(text), out); }

void AppendBinary(ByteSpan bytes, ByteBuffer* out) {
  SLUICE_CHECK(bytes.size() <= kMaxFieldBytes);
  out->AppendBe16(static_cast<uint16_t>(bytes.size()));
  out->Append(bytes);
}

}  // namespace sluice::codec
