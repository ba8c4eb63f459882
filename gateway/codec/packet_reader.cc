#include "codec/packet_reader.h"

#include "codec/utf8.h"
#include "codec/varint.h"

namespace sluice::codec {
namespace {
constexpr char kPastTheEnd[] = "a field reaches beyond the end of what holds it";
}  // namespace

void PacketReader::CheckLength(const Frame& frame, Version version) {
  if (frame.padded_length && version == Version::kV5) {
    Fail("[MQTT-1.5.5-1] a remaining length of more bytes than needed");
  }
}

uint8_t PacketReader::ReadU8() {
  uint8_t value = 0;
  if (ok() && !in_.ReadU8(&value)) Fail(kPastTheEnd);
  return value;
}

uint16_t PacketReader::ReadU16() {
  uint16_t value = 0;
  if (ok() && !in_.ReadBe16(&value)) Fail(kPastTheEnd);
  return value;
}

uint32_t PacketReader::ReadU32() {
  uint32_t value = 0;
  if (ok() && !in_.ReadBe32(&value)) Fail(kPastTheEnd);
  return value;
}

uint32_t PacketReader::ReadVarint() {
  Varint varint;
  if (!ok()) return 0;
  switch (DecodeVarint(in_.rest(), &varint)) {
    case VarintState::kNeedMore:
      Fail(kPastTheEnd);
      return 0;
    case VarintState::kTooLong:
      Fail("(1.5.5) a variable byte integer of more than four bytes");
      return 0;
    case VarintState::kOk:
      break;
  }
  // Only MQTT 5 has variable byte integers inside a packet.
  if (varint.padded) Fail("[MQTT-1.5.5-1] a variable byte integer of more bytes than needed");
  in_.Skip(varint.size);
  return varint.value;
}

std::string_view PacketReader::ReadText() {
  const ByteSpan bytes = ReadBinary();
  switch (CheckUtf8(bytes)) {
    case Utf8State::kOk:
      return AsText(bytes);
    case Utf8State::kIllFormed:
      Fail("[MQTT-1.5.4-1] a string that is not well-formed UTF-8");
      break;
    case Utf8State::kHasNull:
      Fail("[MQTT-1.5.4-2] a string with a null character");
      break;
  }
  return {};
}

ByteSpan PacketReader::ReadBinary() { return ReadBytes(ReadU16()); }

ByteSpan PacketReader::ReadBytes(size_t count) {
  ByteSpan bytes;
  if (ok() && !in_.ReadBytes(count, &bytes)) Fail(kPastTheEnd);
  return bytes;
}

ByteSpan PacketReader::ReadRest() { return ReadBytes(remaining()); }

void PacketReader::Absorb(const PacketReader& part) {
  if (!part.ok()) Fail(part.verdict_.why);
}

void PacketReader::Fail(const char* why) {
  if (ok()) verdict_ = Verdict::Malformed(why);
}

Verdict PacketReader::Finish() {
  if (remaining() > 0) Fail("bytes are left over behind the last field");
  return verdict_;
}

}  // namespace sluice::codec
