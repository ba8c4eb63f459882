#include "uplink_paho/refusal.h"

#include "client/advice.h"
#include "codec/reason_code.h"

namespace sluice::uplink_paho {

forward::Refusal RefusalOf(uint8_t reason_code) {
  const auto code = static_cast<codec::ReasonCode>(reason_code);
  return {client::IsRefusedForGood(code), reason_code, codec::ReasonCodeName(code)};
}

}  // namespace sluice::uplink_paho
