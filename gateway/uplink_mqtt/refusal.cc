#include "uplink_mqtt/refusal.h"

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

}  // namespace sluice::uplink_mqtt
