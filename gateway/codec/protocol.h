#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::codec {

// Everything that differs between the two takes a Version; 3.1 is read as 3.1.1. The values are
// the protocol levels that CONNECT carries.
enum class Version : uint8_t { kV311 = 4, kV5 = 5 };

// The high four bits of a packet's first byte.
enum class PacketType : uint8_t {
  kReserved = 0,
  kConnect = 1,
  kConnack = 2,
  kPublish = 3,
  kPuback = 4,
  kPubrec = 5,
  kPubrel = 6,
  kPubcomp = 7,
  kSubscribe = 8,
  kSuback = 9,
  kUnsubscribe = 10,
  kUnsuback = 11,
  kPingreq = 12,
  kPingresp = 13,
  kDisconnect = 14,
  kAuth = 15,  // MQTT 5 only
};

// A will has properties with rules of their own inside CONNECT. In tables of packets they use the
// place of type 0, which no packet on the wire has.
inline constexpr PacketType kWillOwner = PacketType::kReserved;

// A decoded value may be 3 until the packet was validated.
enum class Qos : uint8_t { kAtMostOnce = 0, kAtLeastOnce = 1, kExactlyOnce = 2 };

// Who sent the packet; some codes and properties are for one side only.
enum class Sender : uint8_t { kClient, kServer };

// A set of packet types, one bit for each.
using PacketMask = uint16_t;
constexpr PacketMask MaskOf(PacketType type) {
  return static_cast<PacketMask>(1u << static_cast<unsigned>(type));
}

// Table 2-1: may this side send such a packet in this version?
bool MaySend(Sender sender, PacketType type, Version version);

// "PUBLISH"; "reserved" for type 0.
std::string_view PacketTypeName(PacketType type);

// The greatest value of a variable byte integer and so of a packet's remaining length.
inline constexpr uint32_t kMaxVarint = 268'435'455;
// The greatest packet there can be: first byte, four bytes of length, the rest.
inline constexpr uint32_t kMaxPacketBytes = kMaxVarint + 5;
// The greatest string or binary field.
inline constexpr uint32_t kMaxFieldBytes = 65'535;

}  // namespace sluice::codec
