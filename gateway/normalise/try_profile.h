#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "normalise/event_list.h"
#include "normalise/message.h"
#include "normalise/normaliser.h"
#include "normalise/profile.h"

namespace sluice::normalise {

// What `sluice try` prints: every event that a message becomes under the profiles, one CloudEvents
// JSON object a line, or the line {"verdict":"rejected","reason":"…","text":"…"} or
// {"verdict":"ignored","rule":"…"}.
struct TryOutcome {
  bool accepted = false;  // events, or ignored as the profile says
  std::string text;       // lines, each ended
  std::string device;     // of the events; empty when there is none
};

// Tries messages one after the other, as a gateway gets them: what a message says of a device is
// known to the next.
class Trial {
 public:
  // An error when a profile cannot work.
  static Result<Trial> Create(const std::vector<Profile>& profiles);

  // An empty topic in `message` stands for the first profile's first filter with every wildcard
  // replaced by "example".
  TryOutcome Try(const Message& message);

 private:
  Trial() = default;

  std::unique_ptr<Normaliser> normaliser_;
  std::string example_topic_;
  EventList events_;
  Rejection rejection_;
};

// One message alone.
Result<TryOutcome> TryProfiles(const std::vector<Profile>& profiles, const Message& message);
Result<TryOutcome> TryProfile(const Profile& profile, const Message& message);

}  // namespace sluice::normalise
