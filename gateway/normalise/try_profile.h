#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "normalise/message.h"
#include "normalise/profile.h"

namespace sluice::normalise {

// What `sluice try` prints: every event that `message` becomes under the profiles, one CloudEvents
// JSON object a line, or the line {"verdict":"rejected","reason":"…","text":"…"} or
// {"verdict":"ignored","rule":"…"}. An error when the profile itself cannot work. An empty topic in
// `message` stands for the first profile's first filter with every wildcard replaced by "example".
struct TryOutcome {
  bool accepted = false;  // events, or ignored as the profile says
  std::string text;       // lines, each ended
  std::string device;     // of the events; empty when there is none
};
Result<TryOutcome> TryProfiles(const std::vector<Profile>& profiles, const Message& message);
Result<TryOutcome> TryProfile(const Profile& profile, const Message& message);

}  // namespace sluice::normalise
