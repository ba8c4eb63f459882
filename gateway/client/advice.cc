#include "client/advice.h"

#include <array>

namespace sluice::client {
namespace {

using enum codec::ReasonCode;
using enum Remedy;

constexpr std::string_view kAnotherServer =
    "it is not followed there: put that server into url if it is yours";
constexpr std::string_view kCredentials = "check username and password_file";

// A DISCONNECT may be the server's word on a message (forward/narrowing.h finds out which), so that
// most of them lead to another connection soon.
constexpr auto kTable = std::to_array<CodeAdvice>({
    {kNormalDisconnection, kNone, kNone, kReconnect, "disconnected", {}},
    {kUnspecifiedError, kReconnect, kRetry, kReconnect, "unspecified", {}},
    {kMalformedPacket, kHold, kNone, kReconnect, "not_understood", {}},
    {kProtocolError, kHold, kNone, kReconnect, "not_understood", {}},
    {kImplementationSpecificError, kReconnect, kRetry, kReconnect, "unspecified", {}},
    {kUnsupportedProtocolVersion, kHold, kNone, kNone, "version",
     "set mqtt_version to one that it speaks"},
    {kClientIdentifierNotValid, kHold, kNone, kNone, "client_id",
     "set client_id to one that it allows"},
    {kBadUserNameOrPassword, kHold, kNone, kNone, "bad_credentials", kCredentials},
    {kNotAuthorized, kHold, kHold, kReconnect, "not_authorized",
     "check username, password_file and cert, and whom the broker allows"},
    {kServerUnavailable, kReconnect, kNone, kNone, "unavailable", {}},
    {kServerBusy, kReconnect, kNone, kReconnect, "busy", {}},
    {kBanned, kHold, kNone, kNone, "banned", "ask whoever runs the broker"},
    {kServerShuttingDown, kNone, kNone, kReconnect, "shutting_down", {}},
    {kBadAuthenticationMethod, kHold, kNone, kHold, "bad_credentials", kCredentials},
    {kKeepAliveTimeout, kNone, kNone, kReconnect, "keep_alive", {}},
    {kSessionTakenOver, kNone, kNone, kHold, "taken_over",
     "somebody else connects with this client_id"},
    {kTopicFilterInvalid, kNone, kNone, kReconnect, "not_understood", {}},
    {kTopicNameInvalid, kHold, kHold, kReconnect, "topic", {}},
    {kPacketIdentifierInUse, kNone, kRetry, kNone, "not_understood", {}},
    {kReceiveMaximumExceeded, kNone, kNone, kReconnect, "limits", {}},
    {kTopicAliasInvalid, kNone, kNone, kReconnect, "limits", {}},
    {kPacketTooLarge, kHold, kNever, kReconnect, "too_large", {}},
    {kMessageRateTooHigh, kNone, kNone, kReconnect, "rate", {}},
    {kQuotaExceeded, kReconnect, kRetry, kReconnect, "quota", {}},
    {kAdministrativeAction, kNone, kNone, kReconnect, "administrative", {}},
    {kPayloadFormatInvalid, kHold, kNever, kReconnect, "payload_format", {}},
    {kRetainNotSupported, kHold, kNone, kReconnect, "retain", {}},
    {kQosNotSupported, kHold, kNone, kReconnect, "qos", {}},
    {kUseAnotherServer, kHold, kNone, kHold, "use_another_server", kAnotherServer},
    {kServerMoved, kHold, kNone, kHold, "server_moved", kAnotherServer},
    {kSharedSubscriptionsNotSupported, kNone, kNone, kReconnect, "not_understood", {}},
    {kConnectionRateExceeded, kReconnect, kNone, kReconnect, "rate", {}},
    {kMaximumConnectTime, kNone, kNone, kReconnect, "connect_time", {}},
    {kSubscriptionIdentifiersNotSupported, kNone, kNone, kReconnect, "not_understood", {}},
    {kWildcardSubscriptionsNotSupported, kNone, kNone, kReconnect, "not_understood", {}},
});

}  // namespace

std::string_view RemedyName(Remedy remedy) {
  static constexpr auto kNames =
      std::to_array<std::string_view>({"", "retry", "reconnect", "hold", "never"});
  return kNames[static_cast<size_t>(remedy)];
}

std::span<const CodeAdvice> AdviceTable() { return kTable; }

const CodeAdvice& AdviceOn(codec::ReasonCode code) {
  for (const CodeAdvice& row : kTable) {
    if (row.code == code) return row;
  }
  static_assert(kTable[1].code == kUnspecifiedError);
  return kTable[1];
}

}  // namespace sluice::client
