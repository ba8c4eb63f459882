#include "codec/connack.h"

#include "codec/packet_reader.h"
#include "codec/packet_writer.h"

namespace sluice::codec {

Verdict Decode(const Frame& frame, Version version, Connack* out) {
  *out = {};
  PacketReader in(frame, version);
  const uint8_t flags = in.ReadU8();
  if (flags > 1) in.Fail("[MQTT-3.2.2-1] a reserved flag of the acknowledgement is set");
  out->session_present = (flags & 1) != 0;
  const uint8_t code = in.ReadU8();
  if (version == Version::kV5) {
    out->reason = static_cast<ReasonCode>(code);
    in.ReadProperties(PacketType::kConnack, &out->properties);
  } else if (!FromReturnCode311(code, &out->reason)) {
    in.Fail("3.1.1 (3.2.2.3) a reserved return code");
  }
  return in.Finish();
}

Verdict Validate(const Connack& packet, Version version, Sender sender) {
  if (!IsLegal(packet.reason, PacketType::kConnack, sender)) {
    return Verdict::ProtocolError("[MQTT-3.2.2-8] a reason code that CONNACK does not have");
  }
  if (packet.session_present && packet.reason != ReasonCode::kSuccess) {
    return Verdict::ProtocolError("[MQTT-3.2.2-6] a session is present although refused");
  }
  if (version == Version::kV311) return {};
  return ValidateProperties(packet.properties, PacketType::kConnack);
}

void Encode(const Connack& packet, Version version, ByteBuffer* out) {
  const FrameWriter frame(PacketType::kConnack, 0, out);
  out->AppendU8(packet.session_present ? 1 : 0);
  if (version == Version::kV311) {
    out->AppendU8(ToReturnCode311(packet.reason));
  } else {
    out->AppendU8(static_cast<uint8_t>(packet.reason));
    EncodeProperties(packet.properties, PacketType::kConnack, out);
  }
}

}  // namespace sluice::codec
