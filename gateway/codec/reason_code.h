#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "codec/protocol.h"

namespace sluice::codec {

// MQTT 5 reason codes (section 2.4). 3.1.1 packets use the same type; what differs on the wire is
// translated when they are decoded and encoded. A decoded value may be none of these until the
// packet was validated.
enum class ReasonCode : uint8_t {
  kSuccess = 0x00,
  kNormalDisconnection = 0x00,
  kGrantedQos0 = 0x00,
  kGrantedQos1 = 0x01,
  kGrantedQos2 = 0x02,
  kDisconnectWithWill = 0x04,
  kNoMatchingSubscribers = 0x10,
  kNoSubscriptionExisted = 0x11,
  kContinueAuthentication = 0x18,
  kReauthenticate = 0x19,
  kUnspecifiedError = 0x80,
  kMalformedPacket = 0x81,
  kProtocolError = 0x82,
  kImplementationSpecificError = 0x83,
  kUnsupportedProtocolVersion = 0x84,
  kClientIdentifierNotValid = 0x85,
  kBadUserNameOrPassword = 0x86,
  kNotAuthorized = 0x87,
  kServerUnavailable = 0x88,
  kServerBusy = 0x89,
  kBanned = 0x8A,
  kServerShuttingDown = 0x8B,
  kBadAuthenticationMethod = 0x8C,
  kKeepAliveTimeout = 0x8D,
  kSessionTakenOver = 0x8E,
  kTopicFilterInvalid = 0x8F,
  kTopicNameInvalid = 0x90,
  kPacketIdentifierInUse = 0x91,
  kPacketIdentifierNotFound = 0x92,
  kReceiveMaximumExceeded = 0x93,
  kTopicAliasInvalid = 0x94,
  kPacketTooLarge = 0x95,
  kMessageRateTooHigh = 0x96,
  kQuotaExceeded = 0x97,
  kAdministrativeAction = 0x98,
  kPayloadFormatInvalid = 0x99,
  kRetainNotSupported = 0x9A,
  kQosNotSupported = 0x9B,
  kUseAnotherServer = 0x9C,
  kServerMoved = 0x9D,
  kSharedSubscriptionsNotSupported = 0x9E,
  kConnectionRateExceeded = 0x9F,
  kMaximumConnectTime = 0xA0,
  kSubscriptionIdentifiersNotSupported = 0xA1,
  kWildcardSubscriptionsNotSupported = 0xA2,
};

// 0x80 and above say that something was refused.
constexpr bool IsError(ReasonCode code) { return static_cast<uint8_t>(code) >= 0x80; }

// A row of the table: a code, its name in the specification, which packets may carry it from which
// side.
struct ReasonCodeInfo {
  ReasonCode code;
  std::string_view name;
  PacketMask from_client;
  PacketMask from_server;
};

// All rows, by value; 0x00 has three, since it has a name of its own in DISCONNECT and SUBACK.
std::span<const ReasonCodeInfo> ReasonCodeTable();

// May `sender` put this code into a packet of this type?
bool IsLegal(ReasonCode code, PacketType type, Sender sender);

// "Quota exceeded"; `type` chooses among the names of 0x00. "unknown reason code" for a value of no
// row.
std::string_view ReasonCodeName(ReasonCode code, PacketType type = PacketType::kReserved);

// CONNACK return codes of 3.1.1 (section 3.2.2.3): 0 to 5. Codes that 3.1.1 cannot say become the
// nearest one.
uint8_t ToReturnCode311(ReasonCode code);
// The reverse. False if there is no such return code.
bool FromReturnCode311(uint8_t return_code, ReasonCode* code);

}  // namespace sluice::codec
