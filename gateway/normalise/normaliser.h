#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "normalise/dead_letter.h"
#include "normalise/event_list.h"
#include "normalise/limits.h"
#include "normalise/message.h"
#include "normalise/profile.h"

namespace sluice::normalise {

enum class Verdict : uint8_t {
  kEvents,    // one or more in the list
  kIgnored,   // the profile says that this is no reading; nothing to keep
  kRejected,  // for the dead letters; see Rejection
};

// Turns messages into events by profile. Loop thread only. Allocates nothing per message once it
// has seen its largest.
//
//   switch (normaliser.Normalise(message, target, &events, &rejection)) {
//     case Verdict::kEvents:   append events.event(i) at target.next_offset + i, all or none
//     case Verdict::kRejected: append BuildDeadLetter(message, rejection, …) to the dead-letter
//     stream case Verdict::kIgnored:  acknowledge
class Normaliser {
 public:
  // kInvalidArgument if a profile cannot work: bad filter, pointer or unit; the message names
  // profile and key.
  static Result<std::unique_ptr<Normaliser>> Create(std::vector<Profile> profiles,
                                                    const Limits& limits);
  ~Normaliser();

  // The name of the first profile with a filter that matches, in the order given to Create; empty:
  // none. Lives as long as the normaliser.
  std::string_view Match(std::string_view topic) const;

  // Clears `events` first. With no matching profile: kRejected, kNoProfile.
  Verdict Normalise(const Message& message, const Target& target, EventList* events,
                    Rejection* rejection);

  const Limits& limits() const;

 private:
  struct Impl;
  explicit Normaliser(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::normalise
