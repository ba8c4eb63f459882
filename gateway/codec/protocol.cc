#include "codec/protocol.h"

#include <array>

namespace sluice::codec {

bool MaySend(Sender sender, PacketType type, Version version) {
  constexpr PacketMask kOnlyClient = MaskOf(PacketType::kConnect) | MaskOf(PacketType::kSubscribe) |
                                     MaskOf(PacketType::kUnsubscribe) |
                                     MaskOf(PacketType::kPingreq);
  constexpr PacketMask kOnlyServer = MaskOf(PacketType::kConnack) | MaskOf(PacketType::kSuback) |
                                     MaskOf(PacketType::kUnsuback) | MaskOf(PacketType::kPingresp);
  if (type == PacketType::kReserved) return false;
  if (version == Version::kV311 && type == PacketType::kAuth) return false;
  // In 3.1.1 a server that wants to end a connection just closes it.
  if (version == Version::kV311 && type == PacketType::kDisconnect)
    return sender == Sender::kClient;
  return ((sender == Sender::kClient ? kOnlyServer : kOnlyClient) & MaskOf(type)) == 0;
}

std::string_view PacketTypeName(PacketType type) {
  static constexpr std::array<std::string_view, 16> kNames = {
      "reserved", "CONNECT",  "CONNACK",    "PUBLISH", "PUBACK",      "PUBREC",
      "PUBREL",   "PUBCOMP",  "SUBSCRIBE",  "SUBACK",  "UNSUBSCRIBE", "UNSUBACK",
      "PINGREQ",  "PINGRESP", "DISCONNECT", "AUTH"};
  return kNames[static_cast<size_t>(type) & 15];
}

}  // namespace sluice::codec
