#include "codec/frame.h"

#include <array>

#include "codec/varint.h"

namespace sluice::codec {
namespace {

FramePeek NeedMore(size_t bytes_needed) { return {FrameState::kNeedMore, bytes_needed, {}}; }
FramePeek Error(Verdict verdict) { return {FrameState::kError, 0, verdict}; }

// The flags that a type must have (table 2-2); PUBLISH, which uses them, is checked by itself.
constexpr std::array<uint8_t, 16> kFlags = {0, 0, 0, 0, 0, 0, 2, 0, 2, 0, 2, 0, 0, 0, 0, 0};

Verdict CheckFirstByte(PacketType type, uint8_t flags) {
  if (type == PacketType::kReserved) return Verdict::Malformed("(2.1.2) packet type 0");
  if (type == PacketType::kPublish) {
    if ((flags & 6) != 6) return {};
    return Verdict::Malformed("[MQTT-3.3.1-4] both bits of the QoS are set");
  }
  if (flags == kFlags[static_cast<size_t>(type)]) return {};
  return Verdict::Malformed("[MQTT-2.1.3-1] wrong flags in the first byte");
}

}  // namespace

FramePeek PeekFrame(ByteSpan in, uint32_t max_packet_bytes, Frame* frame) {
  if (in.empty()) return NeedMore(2);
  const auto type = static_cast<PacketType>(in[0] >> 4);
  const auto flags = static_cast<uint8_t>(in[0] & 15);
  if (const Verdict verdict = CheckFirstByte(type, flags); !verdict.ok()) return Error(verdict);

  Varint length;
  switch (DecodeVarint(in.subspan(1), &length)) {
    case VarintState::kNeedMore:
      return NeedMore(in.size() + 1);
    case VarintState::kTooLong:
      return Error(Verdict::Malformed("(2.1.4) a remaining length of more than four bytes"));
    case VarintState::kOk:
      break;
  }
  const size_t header = 1u + length.size;
  const size_t size = header + length.value;
  // [MQTT-3.1.2-24] as the receiver sees it: a peer that claims a packet larger than it was told
  // cannot make us buffer it.
  if (size > max_packet_bytes) {
    return Error({ReasonCode::kPacketTooLarge, "a packet above the Maximum Packet Size"});
  }
  if (in.size() < size) return NeedMore(size);
  *frame = {type, flags, in.subspan(header, length.value), size, length.padded};
  return {FrameState::kOk, 0, {}};
}

}  // namespace sluice::codec
