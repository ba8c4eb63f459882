#include "uplink_paho/refusal.h"

#include <algorithm>
#include <array>

#include "codec/reason_code.h"

namespace sluice::uplink_paho {
namespace {

using codec::ReasonCode;

constexpr std::array kPermanent = {
    ReasonCode::kNotAuthorized,
    ReasonCode::kTopicNameInvalid,
    ReasonCode::kPacketTooLarge,
    ReasonCode::kPayloadFormatInvalid,
};

}  // namespace

forward::Refusal RefusalOf(uint8_t reason_code) {
  const auto code = static_cast<ReasonCode>(reason_code);
  const bool permanent = std::ranges::find(kPermanent, code) != kPermanent.end();
  return {permanent, reason_code, codec::ReasonCodeName(code)};
}

}  // namespace sluice::uplink_paho
