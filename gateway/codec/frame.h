#pragma once

#include <cstddef>
#include <cstdint>

#include "base/byte_buffer.h"
#include "base/bytes.h"
#include "codec/protocol.h"
#include "codec/verdict.h"

namespace sluice::codec {

// One packet, found but not decoded. A view into the input of PeekFrame.
struct Frame {
  PacketType type = PacketType::kReserved;
  uint8_t flags = 0;           // the low four bits of the first byte
  ByteSpan body;               // what the remaining length counts
  size_t size = 0;             // of the whole packet: consume so many bytes
  bool padded_length = false;  // more bytes of length than needed; decoding for MQTT 5 refuses it
};

enum class FrameState : uint8_t { kNeedMore, kOk, kError };

struct FramePeek {
  FrameState state = FrameState::kNeedMore;
  // kNeedMore: asking again is worth it when the input has so many bytes.
  size_t bytes_needed = 0;
  // kError: kMalformedPacket or kPacketTooLarge; nothing more can be read from this peer.
  Verdict verdict = {};
};

// Looks for a packet at the front of `in`; sets *frame only on kOk. Consumes nothing.
//
// Errors are found as early as the bytes allow: a reserved type or wrong flags at the first byte
// [MQTT-2.1.3-1], a length of more than four bytes, and a packet above `max_packet_bytes` (0x95) as
// soon as its length is there, so that nobody can make us buffer what we would then refuse.
FramePeek PeekFrame(ByteSpan in, uint32_t max_packet_bytes, Frame* frame);

// Encodes `packet` unless it would be longer than the peer accepts [MQTT-3.1.2-24]: then takes
// everything back and returns false.
template <typename Packet>
[[nodiscard]] bool EncodeWithin(const Packet& packet, Version version, uint32_t max_packet_bytes,
                                ByteBuffer* out) {
  const size_t before = out->size();
  Encode(packet, version, out);
  const size_t grown = out->size() - before;
  if (grown <= max_packet_bytes) return true;
  out->Shrink(grown);
  return false;
}

}  // namespace sluice::codec
