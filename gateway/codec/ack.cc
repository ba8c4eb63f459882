#include "codec/ack.h"

#include "codec/packet_reader.h"
#include "codec/packet_writer.h"

namespace sluice::codec {
namespace {

// [MQTT-3.6.1-1] Only PUBREL has flags.
uint8_t FlagsOf(PacketType type) { return type == PacketType::kPubrel ? 2 : 0; }

}  // namespace

Verdict Decode(const Frame& frame, Version version, Ack* out) {
  *out = {};
  PacketReader in(frame, version);
  out->type = frame.type;
  out->packet_id = in.ReadU16();
  if (version == Version::kV311) return in.Finish();
  // Reason and properties may be left out (3.4.2.1, 3.4.2.2.1): then they are success and none.
  if (in.remaining() > 0) out->reason = static_cast<ReasonCode>(in.ReadU8());
  if (in.remaining() > 0) in.ReadProperties(out->type, &out->properties);
  return in.Finish();
}

Verdict Validate(const Ack& packet, Version version, Sender sender) {
  if (packet.packet_id == 0) return Verdict::ProtocolError("[MQTT-2.2.1-5] packet identifier 0");
  if (version == Version::kV311) return {};
  if (!IsLegal(packet.reason, packet.type, sender)) {
    return Verdict::ProtocolError(
        "[MQTT-3.4.2-1] [MQTT-3.5.2-1] [MQTT-3.6.2-1] [MQTT-3.7.2-1] a reason code that this "
        "packet does not have");
  }
  return ValidateProperties(packet.properties, packet.type);
}

void Encode(const Ack& packet, Version version, ByteBuffer* out) {
  if (version == Version::kV311 || packet.properties.empty()) {
    return EncodeAck(packet.type, packet.packet_id, packet.reason, version, out);
  }
  const FrameWriter frame(packet.type, FlagsOf(packet.type), out);
  out->AppendBe16(packet.packet_id);
  out->AppendU8(static_cast<uint8_t>(packet.reason));
  EncodeProperties(packet.properties, packet.type, out);
}

void EncodeAck(PacketType type, uint16_t packet_id, ReasonCode reason, Version version,
               ByteBuffer* out) {
  const bool with_reason = version == Version::kV5 && reason != ReasonCode::kSuccess;
  uint8_t* p = out->Extend(with_reason ? 5 : 4);
  p[0] = static_cast<uint8_t>(static_cast<unsigned>(type) << 4 | FlagsOf(type));
  p[1] = with_reason ? 3 : 2;
  StoreBe16(p + 2, packet_id);
  if (with_reason) p[4] = static_cast<uint8_t>(reason);
}

}  // namespace sluice::codec
