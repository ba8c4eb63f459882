#include "client/advice.h"

#include <algorithm>
#include <array>

namespace sluice::client {
namespace {

using codec::ReasonCode;

struct Advice {
  ReasonCode code;
  std::string_view text;
};

constexpr Advice kAdvice[] = {
    {ReasonCode::kUnsupportedProtocolVersion, "set mqtt_version to one that it speaks"},
    {ReasonCode::kClientIdentifierNotValid, "set client_id to one that it allows"},
    {ReasonCode::kBadUserNameOrPassword, "check username and password_file"},
    {ReasonCode::kNotAuthorized,
     "check username, password_file and cert, and whom the broker allows"},
    {ReasonCode::kBadAuthenticationMethod, "check username and password_file"},
};

constexpr std::array kForGood = {
    ReasonCode::kPacketTooLarge,
    ReasonCode::kPayloadFormatInvalid,
};

}  // namespace

std::string_view AdviceFor(ReasonCode code) {
  for (const Advice& advice : kAdvice) {
    if (advice.code == code) return advice.text;
  }
  return {};
}

bool IsRefusedForGood(ReasonCode code) {
  return std::ranges::find(kForGood, code) != kForGood.end();
}

}  // namespace sluice::client
