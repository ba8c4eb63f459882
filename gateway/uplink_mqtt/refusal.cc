#include "uplink_mqtt/refusal.h"

#include <fmt/format.h>

#include "client/advice.h"

namespace sluice::uplink_mqtt {

forward::Refusal RefusalOf(codec::ReasonCode reason) {
  return {client::IsRefusedForGood(reason), static_cast<uint16_t>(reason),
          codec::ReasonCodeName(reason)};
}

forward::Refusal RefusalOf(client::PublishResult result) {
  switch (result) {
    case client::PublishResult::kTooLarge:
      return forward::kRefusedAsTooLarge;
    case client::PublishResult::kWindowFull:
      return RefusalOf(codec::ReasonCode::kReceiveMaximumExceeded);
    default:
      return forward::kRefusedAsNoEvent;
  }
}

bool BrokeRules(client::EndCause cause) {
  return cause == client::EndCause::kMalformed || cause == client::EndCause::kProtocolError ||
         cause == client::EndCause::kTooLarge;
}

forward::UplinkEnd UplinkEndOf(const client::End& end) {
  const bool in_connack = end.cause == client::EndCause::kRefused;
  forward::UplinkEnd result{client::Describe(end), client::EndCauseName(end.cause)};
  result.broke_rules = BrokeRules(end.cause);
  if (!in_connack && end.cause != client::EndCause::kDisconnected) return result;
  const client::CodeAdvice& advice = client::AdviceOn(end.reason);
  result.reason = advice.reason;
  result.turned_away = (in_connack ? advice.connack : advice.disconnect) == client::Remedy::kHold;
  if (!advice.text.empty()) result.why += fmt::format("; {}", advice.text);
  return result;
}

}  // namespace sluice::uplink_mqtt
