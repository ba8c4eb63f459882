#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "normalise/message.h"
#include "schema/event_builder.h"

namespace sluice::normalise {

// Why a message could not become an event, or none of its events. The names are stored; they never
// change their meaning.
enum class Reason : uint8_t {
  kNone,
  kNoProfile,        // no profile has a filter that matches the topic
  kPayloadTooLarge,  // over Limits::max_payload_bytes
  kInvalidJson,      // no JSON, or text that is not UTF-8, or a number that no double can hold
  kTooDeep,          // nested deeper than Limits::max_depth
  kMissingMember,    // a member that the profile requires is absent or null
  kWrongType,        // a required member has another type, or one holds an object or an array
  kNoReading,        // JSON, but nothing in it that the profile knows
  kNoDevice,         // the profile says where the device's name is, and there is none
  kTooManyEvents,    // over Limits::max_events
  kInvalidText,      // the device's name is none that a topic can carry; see IsDeviceName
  kForeignDevice,    // the publisher may not speak for this device; see Message::speakers
};

// "no_profile", "invalid_json", …
std::string_view ReasonName(Reason reason);
inline constexpr size_t kReasons = static_cast<size_t>(Reason::kForeignDevice) + 1;

// A reason for programs and one for people: "/temperature: expected a number, found an object".
// Reused.
struct Rejection {
  Reason reason = Reason::kNone;
  std::string text;
};

// Builds the event that keeps such a message: type "sluice.dead_letter.v1", device = identity
// (or the gateway, where that can be no device's name),
// attributes "reason", "text", "payload_bytes" and "truncated" ("true", only when it was), and the
// payload as the reading "payload" (bytes), cut at `max_payload_bytes` so that nobody fills the
// disk with rubbish. The event is valid until the builder's next Start().
ByteSpan BuildDeadLetter(const Message& message, const Rejection& rejection,
                         std::string_view profile, const Target& target, size_t max_payload_bytes,
                         schema::EventBuilder* builder);

}  // namespace sluice::normalise
