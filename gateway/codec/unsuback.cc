#include "codec/unsuback.h"

#include "codec/packet_reader.h"
#include "codec/packet_writer.h"

namespace sluice::codec {

Verdict Decode(const Frame& frame, Version version, Unsuback* out) {
  *out = {};
  PacketReader in(frame, version);
  out->packet_id = in.ReadU16();
  if (version == Version::kV311) return in.Finish();  // There it has no payload.
  in.ReadProperties(PacketType::kUnsuback, &out->properties);
  out->reasons = in.ReadRest();
  return in.Finish();
}

Verdict Validate(const Unsuback& packet, Version version, Sender sender) {
  if (packet.packet_id == 0) return Verdict::ProtocolError("[MQTT-2.2.1-6] packet identifier 0");
  if (version == Version::kV311) return {};
  if (packet.reasons.empty())
    return Verdict::ProtocolError("(3.11.3) an UNSUBACK without a reason");
  for (const uint8_t reason : packet.reasons) {
    if (IsLegal(static_cast<ReasonCode>(reason), PacketType::kUnsuback, sender)) continue;
    return Verdict::ProtocolError("[MQTT-3.11.3-2] a reason code that UNSUBACK does not have");
  }
  return ValidateProperties(packet.properties, PacketType::kUnsuback);
}

void Encode(const Unsuback& packet, Version version, ByteBuffer* out) {
  const FrameWriter frame(PacketType::kUnsuback, 0, out);
  out->AppendBe16(packet.packet_id);
  if (version == Version::kV311) return;
  EncodeProperties(packet.properties, PacketType::kUnsuback, out);
  out->Append(packet.reasons);
}

}  // namespace sluice::codec
