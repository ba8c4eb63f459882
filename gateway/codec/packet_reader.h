#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "codec/frame.h"
#include "codec/properties.h"
#include "codec/verdict.h"

namespace sluice::codec {

// Reads the fields of one packet's body. The first failure sticks: from then on every read gives an
// empty value, and Finish says what was wrong. So decoders are straight lines that look like the
// specification's tables. Every length is compared with the end of the packet before it is used.
class PacketReader {
 public:
  // Checks at once what only the version decides: a padded remaining length [MQTT-1.5.5-1].
  PacketReader(const Frame& frame, Version version) : in_(frame.body) {
    CheckLength(frame, version);
  }
  // Reads a part of a packet, such as stored properties.
  explicit PacketReader(ByteSpan part) : in_(part) {}

  uint8_t ReadU8();
  uint16_t ReadU16();
  uint32_t ReadU32();
  uint32_t ReadVarint();
  // A UTF-8 encoded string: well-formed [MQTT-1.5.4-1] and without U+0000 [MQTT-1.5.4-2], or
  // malformed.
  std::string_view ReadText();
  // A field of bytes behind a two-byte length.
  ByteSpan ReadBinary();
  // `count` bytes without a length of their own.
  ByteSpan ReadBytes(size_t count);
  // Everything up to the end of the packet.
  ByteSpan ReadRest();
  void ReadProperties(PacketType owner, Properties* out) { DecodeProperties(this, owner, out); }

  // For CONNECT, which says only in its body which version it is.
  void CheckLength(const Frame& frame, Version version);

  // Takes over the failure, if any, of the reader of a part.
  void Absorb(const PacketReader& part);

  // Records a failure unless there was one before.
  void Fail(const char* why);
  bool ok() const { return verdict_.ok(); }
  size_t remaining() const { return ok() ? in_.remaining() : 0; }

  // The verdict on the packet; bytes left over make it malformed.
  Verdict Finish();

 private:
  ByteReader in_;
  Verdict verdict_;
};

}  // namespace sluice::codec
