#include "codec/auth.h"

#include "codec/packet_reader.h"
#include "codec/packet_writer.h"

namespace sluice::codec {

Verdict Decode(const Frame& frame, Version version, Auth* out) {
  *out = {};
  PacketReader in(frame, version);
  if (version == Version::kV311) in.Fail("3.1.1 (2.2.1) packet type 15");
  if (in.remaining() == 0) return in.Finish();  // Success without properties (3.15.2.1).
  out->reason = static_cast<ReasonCode>(in.ReadU8());
  in.ReadProperties(PacketType::kAuth, &out->properties);
  return in.Finish();
}

Verdict Validate(const Auth& packet, Version, Sender sender) {
  if (!IsLegal(packet.reason, PacketType::kAuth, sender)) {
    return Verdict::ProtocolError("[MQTT-3.15.2-1] a reason code that AUTH does not have");
  }
  if (!packet.properties.authentication_method &&
      (packet.reason != ReasonCode::kSuccess || !packet.properties.empty())) {
    return Verdict::ProtocolError("(3.15.2.2.2) an AUTH without an authentication method");
  }
  return ValidateProperties(packet.properties, PacketType::kAuth);
}

void Encode(const Auth& packet, Version, ByteBuffer* out) {
  const FrameWriter frame(PacketType::kAuth, 0, out);
  if (packet.reason == ReasonCode::kSuccess && packet.properties.empty()) return;
  out->AppendU8(static_cast<uint8_t>(packet.reason));
  EncodeProperties(packet.properties, PacketType::kAuth, out);
}

}  // namespace sluice::codec
