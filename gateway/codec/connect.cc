#include "codec/connect.h"

#include <algorithm>
#include <array>

#include "codec/packet_reader.h"
#include "codec/packet_writer.h"
#include "codec/topic.h"

namespace sluice::codec {
namespace {

// What CONNECT may begin with. The highest bit of a level is private: bridges of Mosquitto set it,
// and come again without it when they are refused.
constexpr uint8_t kBridgeBit = 0x80;
struct Protocol {
  std::string_view name;
  uint8_t level;
  Version version;
  bool is_31;
};
constexpr auto kProtocols = std::to_array<Protocol>({
    {"MQTT", 5, Version::kV5, false},
    {"MQTT", 4, Version::kV311, false},
    {"MQIsdp", 3, Version::kV311, true},
});

// The connect flags (3.1.2.3).
constexpr uint8_t kReservedFlag = 0x01;
constexpr uint8_t kCleanStartFlag = 0x02;
constexpr uint8_t kWillFlag = 0x04;
constexpr uint8_t kWillQosShift = 3;
constexpr uint8_t kWillQosMask = 0x18;
constexpr uint8_t kWillRetainFlag = 0x20;
constexpr uint8_t kPasswordFlag = 0x40;
constexpr uint8_t kUserNameFlag = 0x80;

Verdict UnknownProtocol(std::string_view name) {
  const bool is_mqtt = std::ranges::any_of(
      kProtocols, [name](const Protocol& protocol) { return protocol.name == name; });
  return {ReasonCode::kUnsupportedProtocolVersion,
          is_mqtt ? "[MQTT-3.1.2-2] an unknown protocol version"
                  : "[MQTT-3.1.2-1] the protocol is not MQTT"};
}

// The layout of the rest depends on the version, so that an unknown one ends decoding.
Verdict DecodeVersion(PacketReader* in, Connect* out) {
  const std::string_view name = in->ReadText();
  const uint8_t level = in->ReadU8();
  if (!in->ok()) return in->Finish();
  const auto plain_level = static_cast<uint8_t>(level & ~kBridgeBit);
  out->version = plain_level >= 5 ? Version::kV5 : Version::kV311;
  const auto* const found = std::ranges::find_if(kProtocols, [&](const Protocol& protocol) {
    return protocol.name == name && protocol.level == plain_level;
  });
  out->is_bridge = level != plain_level;
  // Bridges set the bit in old versions only: 5.0 has words for what it says.
  if (found == kProtocols.end() || (out->is_bridge && found->version == Version::kV5)) {
    return UnknownProtocol(name);
  }
  out->is_31 = found->is_31;
  return {};
}

void DecodeWill(uint8_t flags, Version version, PacketReader* in, Connect* out) {
  if ((flags & kWillFlag) == 0) {
    // MQTT 3.1 has no rule about them.
    out->stray_will_flags = !out->is_31 && (flags & (kWillQosMask | kWillRetainFlag)) != 0;
    return;
  }
  Will& will = out->will.emplace();
  will.qos = static_cast<Qos>((flags & kWillQosMask) >> kWillQosShift);
  will.retain = (flags & kWillRetainFlag) != 0;
  if ((flags & kWillQosMask) == kWillQosMask) in->Fail("[MQTT-3.1.2-12] the QoS of the will is 3");
  // [MQTT-3.1.2-9] All of these must be there; that the payload is empty is no matter.
  if (version == Version::kV5) in->ReadProperties(kWillOwner, &will.properties);
  will.topic = in->ReadText();  // [MQTT-3.1.3-11]
  will.payload = in->ReadBinary();
}

Verdict ValidateWill(const Connect& packet) {
  if (packet.stray_will_flags) {
    return Verdict::ProtocolError(
        "[MQTT-3.1.2-11] [MQTT-3.1.2-13] QoS or retain of a will, but no will");
  }
  if (!packet.will) return {};
  if (!IsTopicName(packet.will->topic)) {
    return Verdict::ProtocolError(
        "[MQTT-4.7.0-1] [MQTT-4.7.3-1] the topic of the will is no topic name");
  }
  return ValidateProperties(packet.will->properties, kWillOwner);
}

Verdict Validate311(const Connect& packet) {
  if (packet.client_id.empty() && packet.is_31) {
    return {ReasonCode::kClientIdentifierNotValid,
            "(3.1 of MQTT 3.1) no client identifier, of which the server cannot make one"};
  }
  if (packet.client_id.empty() && !packet.clean_start) {
    return {ReasonCode::kClientIdentifierNotValid,
            "3.1.1 [MQTT-3.1.3-7] [MQTT-3.1.3-8] no client identifier for a session to be kept"};
  }
  if (packet.password && !packet.user_name) {
    return Verdict::ProtocolError("3.1.1 [MQTT-3.1.2-22] a password without a user name");
  }
  return {};
}

const Protocol& ProtocolOf(const Connect& packet) {
  return *std::ranges::find_if(kProtocols, [&](const Protocol& protocol) {
    return protocol.version == packet.version &&
           protocol.is_31 == (packet.is_31 && packet.version == Version::kV311);
  });
}

uint8_t FlagsOf(const Connect& packet) {
  unsigned flags = 0;
  if (packet.clean_start) flags |= kCleanStartFlag;
  if (packet.will) {
    flags |= kWillFlag | static_cast<unsigned>(packet.will->qos) << kWillQosShift;
    if (packet.will->retain) flags |= kWillRetainFlag;
  }
  if (packet.password) flags |= kPasswordFlag;
  if (packet.user_name) flags |= kUserNameFlag;
  return static_cast<uint8_t>(flags);
}

void EncodeWill(const Will& will, Version version, ByteBuffer* out) {
  if (version == Version::kV5) EncodeProperties(will.properties, kWillOwner, out);
  AppendText(will.topic, out);
  AppendBinary(will.payload, out);
}

}  // namespace

Verdict Decode(const Frame& frame, Connect* out) {
  *out = {};
  PacketReader in(frame.body);
  if (const Verdict verdict = DecodeVersion(&in, out); !verdict.ok()) return verdict;
  in.CheckLength(frame, out->version);
  const uint8_t flags = in.ReadU8();
  if ((flags & kReservedFlag) != 0 && !out->is_31) {
    in.Fail("[MQTT-3.1.2-3] the reserved connect flag is set");
  }
  out->clean_start = (flags & kCleanStartFlag) != 0;
  out->keep_alive_seconds = in.ReadU16();
  if (out->version == Version::kV5) in.ReadProperties(PacketType::kConnect, &out->properties);
  out->client_id = in.ReadText();  // [MQTT-3.1.3-4]
  DecodeWill(flags, out->version, &in, out);
  // In MQTT 3.1 the packet's end comes before its flags: what they promise may be missing.
  const auto has = [&](uint8_t flag) {
    return (flags & flag) != 0 && !(out->is_31 && in.ok() && in.remaining() == 0);
  };
  if (has(kUserNameFlag)) out->user_name = in.ReadText();  // [MQTT-3.1.3-12]
  if (has(kPasswordFlag)) out->password = in.ReadBinary();
  return in.Finish();
}

Verdict Validate(const Connect& packet) {
  if (const Verdict verdict = ValidateWill(packet); !verdict.ok()) return verdict;
  if (packet.version == Version::kV311) return Validate311(packet);
  return ValidateProperties(packet.properties, PacketType::kConnect);
}

void Encode(const Connect& packet, ByteBuffer* out) {
  const FrameWriter frame(PacketType::kConnect, 0, out);
  const Protocol& protocol = ProtocolOf(packet);
  AppendText(protocol.name, out);
  out->AppendU8(packet.is_bridge ? protocol.level | kBridgeBit : protocol.level);
  out->AppendU8(FlagsOf(packet));
  out->AppendBe16(packet.keep_alive_seconds);
  if (packet.version == Version::kV5)
    EncodeProperties(packet.properties, PacketType::kConnect, out);
  AppendText(packet.client_id, out);
  if (packet.will) EncodeWill(*packet.will, packet.version, out);
  if (packet.user_name) AppendText(*packet.user_name, out);
  if (packet.password) AppendBinary(*packet.password, out);
}

}  // namespace sluice::codec
