#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "schema/event_builder.h"
#include "schema/event_view.h"

namespace sluice::schema {

// Dead letters: what could not become an event, or not leave as one, kept as an event of type
// "sluice.dead_letter.v1" with severity warning. Their layout is written and read here only:
//
//                   a rejected message                    an event that an uplink refused
//   device          the publisher's identity; the gateway that of the event; else the gateway
//                   where that can be no device's name
//   identity, topic as published                          those of the event; else none
//   profile         the one for the topic, if any         none
//   reading         "payload": the bytes                  "event": the bytes
//   "reason"        a name of DeadLetterReason            "refused_by_uplink"
//   "text"          the same for people                   the upstream's words
//   "payload_bytes" how many there were                   -
//   "event_bytes"   -                                     how many there were, if cut
//   "truncated"     "true" if cut, else not there         likewise
//   "route"         -                                     which did not get it away
//   "event_id"      -                                     its id, <gateway>/<stream>/<offset>

// Names are stored, numbers are not; a name never changes its meaning.
enum class DeadLetterReason : uint8_t {
  kNone,
  kNoProfile,        // no profile has a filter that matches the topic
  kPayloadTooLarge,  // over the decoder's max_payload_bytes, or the event over max_event_bytes
  kInvalidJson,      // no JSON, or text that is not UTF-8, or a number that no double can hold
  kTooDeep,          // nested deeper than the decoder's max_depth
  kMissingMember,    // a member that the profile requires is absent or null
  kWrongType,        // a required member has another type, or one holds an object or an array
  kNoReading,        // a document, but nothing in it that the profile knows
  kNoDevice,         // the profile says where the device's name is, and there is none
  kTooManyEvents,    // over normalise::Limits::max_events
  kInvalidText,      // the device's name is none that a topic can carry
  kForeignDevice,    // the publisher may not speak for this device
  kInvalidPayload,   // cannot be decoded; as invalid_json, of every other format
  kNoBirth,          // of Sparkplug B, and what names its metrics was not seen; replay it later
  kRefusedByUplink,  // an event, for good; the last: the others are of messages
};
inline constexpr size_t kRejectionReasons = static_cast<size_t>(DeadLetterReason::kRefusedByUplink);
inline constexpr size_t kDeadLetterReasons = kRejectionReasons + 1;

// "no_profile", "invalid_json", …
std::string_view DeadLetterReasonName(DeadLetterReason reason);

// Why a message is rejected, for programs and for people: "/temperature: expected a number, found
// an object". Reused.
struct Rejection {
  DeadLetterReason reason = DeadLetterReason::kNone;
  std::string text;
  std::string_view profile = {};  // whose verdict it is, if any; lives as long as the normaliser
};

// Where a dead letter is going to be.
struct DeadLetterPlace {
  std::string_view gateway;
  std::string_view stream;
  uint64_t offset = 0;
};

// A message as it was published; views.
struct RejectedMessage {
  std::string_view topic = {};
  ByteSpan payload = {};
  std::string_view device = {};
  std::string_view identity = {};  // of the publisher
  WallTime received = {};
  TimeSource time_source = TimeSource::kGateway;
  std::string_view profile = {};
  std::string_view traceparent = {};
};

// An event as it was stored; views.
struct RefusedEvent {
  std::string_view route = {};
  std::string_view stream = {};
  uint64_t offset = 0;
  std::string_view text = {};  // what the upstream said
  ByteSpan event = {};         // need not be readable
  WallTime refused = {};
  TimeSource time_source = TimeSource::kGateway;
};

// Both keep at most `max_kept_bytes` of the payload or event, so that nobody fills the disk with
// rubbish. The result is valid until the builder's next Start().
ByteSpan BuildDeadLetter(const RejectedMessage& message, const Rejection& rejection,
                         const DeadLetterPlace& place, size_t max_kept_bytes,
                         EventBuilder* builder);
ByteSpan BuildDeadLetter(const RefusedEvent& refused, const DeadLetterPlace& place,
                         size_t max_kept_bytes, EventBuilder* builder);

// A dead letter taken apart; views into the event, which has identity, topic, times and profile.
struct DeadLetter {
  enum class Kind : uint8_t { kMessage, kEvent };
  Kind kind = Kind::kMessage;
  DeadLetterReason reason = DeadLetterReason::kNone;  // kNone: a later version's
  std::string_view reason_name = {};                  // as stored
  std::string_view text = {};
  ByteSpan kept = {};              // of the payload or of the event
  uint64_t original_bytes = 0;     // of all of it
  std::string_view route = {};     // kEvent
  std::string_view event_id = {};  // kEvent

  bool IsTruncated() const { return kept.size() < original_bytes; }
};

// Nothing if `event` is no dead letter.
std::optional<DeadLetter> ReadDeadLetter(const EventView& event);

}  // namespace sluice::schema
