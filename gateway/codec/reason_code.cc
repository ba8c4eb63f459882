#include "codec/reason_code.h"

#include <algorithm>
#include <array>

namespace sluice::codec {
namespace {

using enum ReasonCode;

constexpr PacketMask kConnack = MaskOf(PacketType::kConnack);
constexpr PacketMask kPubackPubrec = MaskOf(PacketType::kPuback) | MaskOf(PacketType::kPubrec);
constexpr PacketMask kPubrelPubcomp = MaskOf(PacketType::kPubrel) | MaskOf(PacketType::kPubcomp);
constexpr PacketMask kSuback = MaskOf(PacketType::kSuback);
constexpr PacketMask kUnsuback = MaskOf(PacketType::kUnsuback);
constexpr PacketMask kDisconnect = MaskOf(PacketType::kDisconnect);
constexpr PacketMask kAuth = MaskOf(PacketType::kAuth);
constexpr PacketMask kAnyAck = kPubackPubrec | kPubrelPubcomp;
// What a server may answer a request with, and what of that a client may as well.
constexpr PacketMask kRefusal = kConnack | kPubackPubrec | kSuback | kUnsuback | kDisconnect;
constexpr PacketMask kClientRefusal = kPubackPubrec | kDisconnect;

// Sections 2.4 and 3.14.2.1. Columns: code, name, packets from the client, packets from the server.
constexpr auto kTable = std::to_array<ReasonCodeInfo>({
    {kSuccess, "Success", kAnyAck, kConnack | kAnyAck | kUnsuback | kAuth},
    {kNormalDisconnection, "Normal disconnection", kDisconnect, kDisconnect},
    {kGrantedQos0, "Granted QoS 0", 0, kSuback},
    {kGrantedQos1, "Granted QoS 1", 0, kSuback},
    {kGrantedQos2, "Granted QoS 2", 0, kSuback},
    {kDisconnectWithWill, "Disconnect with Will Message", kDisconnect, 0},
    {kNoMatchingSubscribers, "No matching subscribers", 0, kPubackPubrec},
    {kNoSubscriptionExisted, "No subscription existed", 0, kUnsuback},
    {kContinueAuthentication, "Continue authentication", kAuth, kAuth},
    {kReauthenticate, "Re-authenticate", kAuth, 0},
    {kUnspecifiedError, "Unspecified error", kClientRefusal, kRefusal},
    {kMalformedPacket, "Malformed Packet", kDisconnect, kConnack | kDisconnect},
    {kProtocolError, "Protocol Error", kDisconnect, kConnack | kDisconnect},
    {kImplementationSpecificError, "Implementation specific error", kClientRefusal, kRefusal},
    {kUnsupportedProtocolVersion, "Unsupported Protocol Version", 0, kConnack},
    {kClientIdentifierNotValid, "Client Identifier not valid", 0, kConnack},
    {kBadUserNameOrPassword, "Bad User Name or Password", 0, kConnack},
    {kNotAuthorized, "Not authorized", kPubackPubrec, kRefusal},
    {kServerUnavailable, "Server unavailable", 0, kConnack},
    {kServerBusy, "Server busy", 0, kConnack | kDisconnect},
    {kBanned, "Banned", 0, kConnack},
    {kServerShuttingDown, "Server shutting down", 0, kDisconnect},
    {kBadAuthenticationMethod, "Bad authentication method", 0, kConnack | kDisconnect},
    {kKeepAliveTimeout, "Keep Alive timeout", 0, kDisconnect},
    {kSessionTakenOver, "Session taken over", 0, kDisconnect},
    {kTopicFilterInvalid, "Topic Filter invalid", 0, kSuback | kUnsuback | kDisconnect},
    {kTopicNameInvalid, "Topic Name invalid", kClientRefusal,
     kConnack | kPubackPubrec | kDisconnect},
    {kPacketIdentifierInUse, "Packet Identifier in use", kPubackPubrec,
     kPubackPubrec | kSuback | kUnsuback},
    {kPacketIdentifierNotFound, "Packet Identifier not found", kPubrelPubcomp, kPubrelPubcomp},
    {kReceiveMaximumExceeded, "Receive Maximum exceeded", kDisconnect, kDisconnect},
    {kTopicAliasInvalid, "Topic Alias invalid", kDisconnect, kDisconnect},
    {kPacketTooLarge, "Packet too large", kDisconnect, kConnack | kDisconnect},
    {kMessageRateTooHigh, "Message rate too high", kDisconnect, kDisconnect},
    {kQuotaExceeded, "Quota exceeded", kClientRefusal,
     kConnack | kPubackPubrec | kSuback | kDisconnect},
    {kAdministrativeAction, "Administrative action", kDisconnect, kDisconnect},
    {kPayloadFormatInvalid, "Payload format invalid", kClientRefusal,
     kConnack | kPubackPubrec | kDisconnect},
    {kRetainNotSupported, "Retain not supported", 0, kConnack | kDisconnect},
    {kQosNotSupported, "QoS not supported", 0, kConnack | kDisconnect},
    {kUseAnotherServer, "Use another server", 0, kConnack | kDisconnect},
    {kServerMoved, "Server moved", 0, kConnack | kDisconnect},
    {kSharedSubscriptionsNotSupported, "Shared Subscriptions not supported", 0,
     kSuback | kDisconnect},
    {kConnectionRateExceeded, "Connection rate exceeded", 0, kConnack | kDisconnect},
    {kMaximumConnectTime, "Maximum connect time", 0, kDisconnect},
    {kSubscriptionIdentifiersNotSupported, "Subscription Identifiers not supported", 0,
     kSuback | kDisconnect},
    {kWildcardSubscriptionsNotSupported, "Wildcard Subscriptions not supported", 0,
     kSuback | kDisconnect},
});

// Return codes of a 3.1.1 CONNACK, by value.
constexpr std::array<ReasonCode, 6> kReturnCodes311 = {
    kSuccess,           kUnsupportedProtocolVersion, kClientIdentifierNotValid,
    kServerUnavailable, kBadUserNameOrPassword,      kNotAuthorized,
};

}  // namespace

std::span<const ReasonCodeInfo> ReasonCodeTable() { return kTable; }

bool IsLegal(ReasonCode code, PacketType type, Sender sender) {
  return std::ranges::any_of(kTable, [&](const ReasonCodeInfo& row) {
    const PacketMask packets = sender == Sender::kClient ? row.from_client : row.from_server;
    return row.code == code && (packets & MaskOf(type)) != 0;
  });
}

std::string_view ReasonCodeName(ReasonCode code, PacketType type) {
  std::string_view name = "unknown reason code";
  for (const ReasonCodeInfo& row : kTable) {
    if (row.code != code) continue;
    if (((row.from_client | row.from_server) & MaskOf(type)) != 0) return row.name;
    if (name == "unknown reason code") name = row.name;
  }
  return name;
}

uint8_t ToReturnCode311(ReasonCode code) {
  switch (code) {
    case kSuccess:
      return 0;
    case kUnsupportedProtocolVersion:
      return 1;
    case kClientIdentifierNotValid:
      return 2;
    case kBadUserNameOrPassword:
    case kBadAuthenticationMethod:
      return 4;
    case kNotAuthorized:
    case kBanned:
      return 5;
    default:
      return 3;  // Server unavailable: the client may try again later, which is true of all the
                 // rest.
  }
}

bool FromReturnCode311(uint8_t return_code, ReasonCode* code) {
  if (return_code >= kReturnCodes311.size()) return false;
  *code = kReturnCodes311[return_code];
  return true;
}

}  // namespace sluice::codec
