#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "normalise/message.h"
#include "normalise/profile.h"

namespace sluice::normalise {

// A member of a JSON payload that is no list or object.
struct MemberUse {
  std::string pointer;  // "/wifi/rssi"
  std::string value;    // as JSON spells it
  bool used = false;    // without it something else becomes of the message
};

// Looks what becomes of the message without each of its members in turn, which counts whatever way
// a profile uses one: as reading, time, condition or name. A tool, not for messages in flight: as
// many trials as members, at most kMaxMembers. Nothing if the payload is no JSON object or list.
inline constexpr size_t kMaxMembers = 1000;
Result<std::vector<MemberUse>> FindMemberUses(const std::vector<Profile>& profiles,
                                              const Message& message);

}  // namespace sluice::normalise
