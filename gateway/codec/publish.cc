#include "codec/publish.h"

#include "codec/packet_reader.h"
#include "codec/packet_writer.h"
#include "codec/topic.h"

namespace sluice::codec {
namespace {

// The flags of the first byte (3.3.1).
constexpr uint8_t kRetainFlag = 0x01;
constexpr uint8_t kQosShift = 1;
constexpr uint8_t kDupFlag = 0x08;

uint8_t FlagsOf(const Publish& packet) {
  unsigned flags = static_cast<unsigned>(packet.qos) << kQosShift;
  if (packet.retain) flags |= kRetainFlag;
  if (packet.dup) flags |= kDupFlag;
  return static_cast<uint8_t>(flags);
}

Verdict ValidateTopic(const Publish& packet) {
  if (HasWildcard(packet.topic)) {
    return Verdict::ProtocolError("[MQTT-3.3.2-2] a wildcard in the topic");
  }
  if (packet.topic.empty() && !packet.properties.topic_alias) {
    return Verdict::ProtocolError("[MQTT-4.7.3-1] (3.3.2.1) neither a topic nor an alias");
  }
  return {};
}

}  // namespace

Verdict Decode(const Frame& frame, Version version, Publish* out) {
  *out = {};
  PacketReader in(frame, version);
  out->dup = (frame.flags & kDupFlag) != 0;
  out->qos = static_cast<Qos>(frame.flags >> kQosShift & 3);
  out->retain = (frame.flags & kRetainFlag) != 0;
  if ((frame.flags & 6) == 6) in.Fail("[MQTT-3.3.1-4] both bits of the QoS are set");
  out->topic = in.ReadText();                                       // [MQTT-3.3.2-1]
  if (out->qos != Qos::kAtMostOnce) out->packet_id = in.ReadU16();  // [MQTT-2.2.1-2]
  if (version == Version::kV5) in.ReadProperties(PacketType::kPublish, &out->properties);
  out->payload = in.ReadRest();
  return in.Finish();
}

Verdict Validate(const Publish& packet, Version version, Sender sender) {
  if (packet.dup && packet.qos == Qos::kAtMostOnce) {
    return Verdict::ProtocolError("[MQTT-3.3.1-2] a duplicate of QoS 0");
  }
  if (packet.packet_id == 0 && packet.qos != Qos::kAtMostOnce) {
    return Verdict::ProtocolError("[MQTT-2.2.1-3] [MQTT-2.2.1-4] packet identifier 0");
  }
  if (const Verdict verdict = ValidateTopic(packet); !verdict.ok()) return verdict;
  if (version == Version::kV311) return {};
  if (sender == Sender::kClient && !packet.properties.subscription_ids.empty()) {
    return Verdict::ProtocolError("[MQTT-3.3.4-6] a subscription identifier from a client");
  }
  return ValidateProperties(packet.properties, PacketType::kPublish);
}

void Encode(const Publish& packet, Version version, ByteBuffer* out) {
  const size_t expected_length = 2 + packet.topic.size() + 2 + packet.payload.size();
  const FrameWriter frame(PacketType::kPublish, FlagsOf(packet), out, expected_length);
  AppendText(packet.topic, out);
  if (packet.qos != Qos::kAtMostOnce) out->AppendBe16(packet.packet_id);
  if (version == Version::kV5) EncodeProperties(packet.properties, PacketType::kPublish, out);
  out->Append(packet.payload);
}

}  // namespace sluice::codec
