#include "codec/suback.h"

#include <algorithm>

#include "codec/packet_reader.h"
#include "codec/packet_writer.h"

namespace sluice::codec {
namespace {

constexpr uint8_t kFailure311 = 0x80;

bool IsLegalReason(uint8_t reason, Version version, Sender sender) {
  if (version == Version::kV311) return reason <= 2 || reason == kFailure311;
  return IsLegal(static_cast<ReasonCode>(reason), PacketType::kSuback, sender);
}

}  // namespace

Verdict Decode(const Frame& frame, Version version, Suback* out) {
  *out = {};
  PacketReader in(frame, version);
  out->packet_id = in.ReadU16();
  if (version == Version::kV5) in.ReadProperties(PacketType::kSuback, &out->properties);
  out->reasons = in.ReadRest();
  return in.Finish();
}

Verdict Validate(const Suback& packet, Version version, Sender sender) {
  if (packet.packet_id == 0) return Verdict::ProtocolError("[MQTT-2.2.1-6] packet identifier 0");
  if (packet.reasons.empty()) return Verdict::ProtocolError("(3.9.3) a SUBACK without a reason");
  for (const uint8_t reason : packet.reasons) {
    if (IsLegalReason(reason, version, sender)) continue;
    return Verdict::ProtocolError("[MQTT-3.9.3-2] a reason code that SUBACK does not have");
  }
  if (version == Version::kV311) return {};
  return ValidateProperties(packet.properties, PacketType::kSuback);
}

void Encode(const Suback& packet, Version version, ByteBuffer* out) {
  const FrameWriter frame(PacketType::kSuback, 0, out);
  out->AppendBe16(packet.packet_id);
  if (version == Version::kV5) {
    EncodeProperties(packet.properties, PacketType::kSuback, out);
    out->Append(packet.reasons);
  } else {
    for (const uint8_t reason : packet.reasons) out->AppendU8(std::min(reason, kFailure311));
  }
}

}  // namespace sluice::codec
