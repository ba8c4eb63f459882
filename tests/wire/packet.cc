#include "wire/packet.h"

namespace sluice::codec {
namespace {

// The packet type of each struct; Ack and Ping know their own.
template <typename P>
constexpr PacketType kTypeOf = PacketType::kReserved;
template <>
constexpr PacketType kTypeOf<Connect> = PacketType::kConnect;
template <>
constexpr PacketType kTypeOf<Connack> = PacketType::kConnack;
template <>
constexpr PacketType kTypeOf<Publish> = PacketType::kPublish;
template <>
constexpr PacketType kTypeOf<Subscribe> = PacketType::kSubscribe;
template <>
constexpr PacketType kTypeOf<Suback> = PacketType::kSuback;
template <>
constexpr PacketType kTypeOf<Unsubscribe> = PacketType::kUnsubscribe;
template <>
constexpr PacketType kTypeOf<Unsuback> = PacketType::kUnsuback;
template <>
constexpr PacketType kTypeOf<Disconnect> = PacketType::kDisconnect;
template <>
constexpr PacketType kTypeOf<Auth> = PacketType::kAuth;

template <typename P>
PacketType TypeOfStruct(const P&) {
  return kTypeOf<P>;
}
PacketType TypeOfStruct(const Ack& packet) { return packet.type; }
PacketType TypeOfStruct(const Ping& packet) { return packet.type; }

template <typename P>
Verdict DecodeAs(const Frame& frame, Version version, Packet* out) {
  return Decode(frame, version, &out->emplace<P>());
}

}  // namespace

PacketType TypeOf(const Packet& packet) {
  return std::visit([](const auto& p) { return TypeOfStruct(p); }, packet);
}

Verdict Decode(const Frame& frame, Version version, Packet* out) {
  switch (frame.type) {
    case PacketType::kReserved:
      return Verdict::Malformed("(2.1.2) packet type 0");
    case PacketType::kConnect:
      return DecodeAs<Connect>(frame, version, out);
    case PacketType::kConnack:
      return DecodeAs<Connack>(frame, version, out);
    case PacketType::kPublish:
      return DecodeAs<Publish>(frame, version, out);
    case PacketType::kPuback:
    case PacketType::kPubrec:
    case PacketType::kPubrel:
    case PacketType::kPubcomp:
      return DecodeAs<Ack>(frame, version, out);
    case PacketType::kSubscribe:
      return DecodeAs<Subscribe>(frame, version, out);
    case PacketType::kSuback:
      return DecodeAs<Suback>(frame, version, out);
    case PacketType::kUnsubscribe:
      return DecodeAs<Unsubscribe>(frame, version, out);
    case PacketType::kUnsuback:
      return DecodeAs<Unsuback>(frame, version, out);
    case PacketType::kPingreq:
    case PacketType::kPingresp:
      return DecodeAs<Ping>(frame, version, out);
    case PacketType::kDisconnect:
      return DecodeAs<Disconnect>(frame, version, out);
    case PacketType::kAuth:
      return DecodeAs<Auth>(frame, version, out);
  }
  return Verdict::Malformed("(2.1.2) a packet type of more than four bits");
}

Verdict Validate(const Packet& packet, Version version, Sender sender) {
  if (!MaySend(sender, TypeOf(packet), version)) {
    return Verdict::ProtocolError("(2.1.2) a packet that this side does not send");
  }
  return std::visit([&](const auto& p) { return Validate(p, version, sender); }, packet);
}

void Encode(const Packet& packet, Version version, ByteBuffer* out) {
  std::visit([&](const auto& p) { Encode(p, version, out); }, packet);
}

}  // namespace sluice::codec
