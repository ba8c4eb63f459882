#include "codec/protocol.h"

#include <array>

namespace sluice::codec {

std::string_view PacketTypeName(PacketType type) {
  static constexpr std::array<std::string_view, 16> kNames = {
      "reserved", "CONNECT",  "CONNACK",    "PUBLISH", "PUBACK",      "PUBREC",
      "PUBREL",   "PUBCOMP",  "SUBSCRIBE",  "SUBACK",  "UNSUBSCRIBE", "UNSUBACK",
      "PINGREQ",  "PINGRESP", "DISCONNECT", "AUTH"};
  return kNames[static_cast<size_t>(type) & 15];
}

std::string_view VersionName(Version version) { return version == Version::kV5 ? "5.0" : "3.1.1"; }

}  // namespace sluice::codec
