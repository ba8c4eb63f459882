#include "forward/refusal.h"

#include <algorithm>
#include <array>

#include "codec/reason_code.h"

namespace sluice::forward {
namespace {

using codec::ReasonCode;

constexpr std::array kPermanent = {
    ReasonCode::kNotAuthorized,
    ReasonCode::kTopicNameInvalid,
    ReasonCode::kPacketTooLarge,
    ReasonCode::kPayloadFormatInvalid,
};

}  // namespace

bool IsPermanentRefusal(uint8_t reason_code) {
  return std::ranges::find(kPermanent, static_cast<ReasonCode>(reason_code)) != kPermanent.end();
}

std::string_view RefusalName(uint8_t reason_code) {
  return codec::ReasonCodeName(static_cast<ReasonCode>(reason_code));
}

}  // namespace sluice::forward
