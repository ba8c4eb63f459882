#include "codec/disconnect.h"

#include "codec/packet_reader.h"
#include "codec/packet_writer.h"

namespace sluice::codec {

Verdict Decode(const Frame& frame, Version version, Disconnect* out) {
  *out = {};
  PacketReader in(frame, version);
  if (version == Version::kV311) return in.Finish();
  // Reason and properties may be left out (3.14.2.1, 3.14.2.2.1): then they are normal and none.
  if (in.remaining() > 0) out->reason = static_cast<ReasonCode>(in.ReadU8());
  if (in.remaining() > 0) in.ReadProperties(PacketType::kDisconnect, &out->properties);
  return in.Finish();
}

Verdict Validate(const Disconnect& packet, Version version, Sender sender) {
  if (!MaySend(sender, PacketType::kDisconnect, version)) {
    return Verdict::ProtocolError("3.1.1 (3.14) DISCONNECT from a server");
  }
  if (version == Version::kV311) return {};
  if (!IsLegal(packet.reason, PacketType::kDisconnect, sender)) {
    return Verdict::ProtocolError("[MQTT-3.14.2-1] a reason code that DISCONNECT does not have");
  }
  if (sender == Sender::kServer && packet.properties.session_expiry_interval) {
    return Verdict::ProtocolError("[MQTT-3.14.2-2] a session expiry interval from a server");
  }
  return ValidateProperties(packet.properties, PacketType::kDisconnect);
}

void Encode(const Disconnect& packet, Version version, ByteBuffer* out) {
  const FrameWriter frame(PacketType::kDisconnect, 0, out);
  if (version == Version::kV311) return;
  const bool with_properties = !packet.properties.empty();
  if (!with_properties && packet.reason == ReasonCode::kNormalDisconnection) return;
  out->AppendU8(static_cast<uint8_t>(packet.reason));
  if (with_properties) EncodeProperties(packet.properties, PacketType::kDisconnect, out);
}

}  // namespace sluice::codec
