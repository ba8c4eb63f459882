#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "decode/device_states.h"
#include "decode/origin.h"
#include "normalise/dead_letter.h"
#include "normalise/event_list.h"
#include "normalise/limits.h"
#include "normalise/message.h"
#include "normalise/profile.h"

namespace sluice::normalise {

enum class Verdict : uint8_t {
  kEvents,    // one or more in the list
  kIgnored,   // a rule of a profile says that this is no news; its name is the rejection's text
  kRejected,  // for the dead letters; see Rejection
};

// Turns messages into events by profile. Loop thread only. Allocates nothing per message once it
// has seen its largest.
//
// The profiles with a filter for the topic are asked in the order in which they were given, until
// one makes events, ignores the message by a rule, or finds what it knows in a form that can be no
// event. One that cannot read the payload or knows nothing in it leaves the message to the next.
// What is left in the end is rejected with the first one's reason, unless a profile says that what
// nobody knows may be forgotten. So every message is events, ignored, or a dead letter.
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

  // Clears `events` first. With no matching profile: kRejected, kNoProfile. Whatever the verdict,
  // the rejection says whose it is.
  Verdict Normalise(const Message& message, const Target& target, EventList* events,
                    Rejection* rejection);

  const Limits& limits() const;

  // How long the device of the latest events may be silent; 0: for ever.
  Duration silent_after() const;

  // What is to be published in the gateway's name, so that the latest message's device tells more
  // of itself; once. Nothing for a publisher who may not speak for the device.
  std::optional<decode::Request> TakeRequest();
  // What is remembered of devices.
  const decode::StateStats& device_state() const;
  uint64_t births_asked() const;

 private:
  struct Impl;
  explicit Normaliser(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::normalise
