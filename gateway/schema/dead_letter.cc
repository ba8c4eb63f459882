#include "schema/dead_letter.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "schema/cloudevents.h"

namespace sluice::schema {
namespace {

constexpr std::array<std::string_view, kDeadLetterReasons> kReasonNames = {
    "none",           "no_profile",     "payload_too_large", "invalid_json", "too_deep",
    "missing_member", "wrong_type",     "no_reading",        "no_device",    "too_many_events",
    "invalid_text",   "foreign_device", "invalid_payload",   "no_birth",     "refused_by_uplink"};

constexpr std::string_view kPayload = "payload", kEvent = "event";
constexpr std::string_view kReason = "reason", kText = "text", kTruncated = "truncated";
constexpr std::string_view kPayloadBytes = "payload_bytes", kEventBytes = "event_bytes";
constexpr std::string_view kRoute = "route", kEventId = "event_id";

DeadLetterReason ReasonOf(std::string_view name) {
  const auto found = std::find(kReasonNames.begin(), kReasonNames.end(), name);
  return found == kReasonNames.end()
             ? DeadLetterReason::kNone
             : static_cast<DeadLetterReason>(std::distance(kReasonNames.begin(), found));
}

void AddCount(std::string_view key, size_t count, EventBuilder* builder) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), count).ptr;
  builder->AddAttribute(key, {digits.data(), static_cast<size_t>(end - digits.data())});
}

EventFields FieldsAt(const DeadLetterPlace& place) {
  return {.type = kDeadLetterType,
          .gateway = place.gateway,
          .stream = place.stream,
          .offset = place.offset,
          .severity = Severity::kWarning};
}

void ReadAttribute(const Attribute& attribute, DeadLetter* letter) {
  const auto [key, value] = attribute;
  if (key == kReason) letter->reason_name = value;
  if (key == kText) letter->text = value;
  if (key == kRoute) letter->route = value;
  if (key == kEventId) letter->event_id = value;
  if (key == kPayloadBytes || key == kEventBytes) {
    std::from_chars(value.data(), value.data() + value.size(), letter->original_bytes);
  }
}

}  // namespace

std::string_view DeadLetterReasonName(DeadLetterReason reason) {
  return kReasonNames[static_cast<size_t>(reason)];
}

ByteSpan BuildDeadLetter(const RejectedMessage& message, const Rejection& rejection,
                         const DeadLetterPlace& place, size_t max_kept_bytes,
                         EventBuilder* builder) {
  const ByteSpan kept = message.payload.first(std::min(message.payload.size(), max_kept_bytes));
  builder->Start();
  builder->AddReading({.name = kPayload, .value = kept});
  builder->AddAttribute(kReason, DeadLetterReasonName(rejection.reason));
  builder->AddAttribute(kText, rejection.text);
  AddCount(kPayloadBytes, message.payload.size(), builder);
  if (kept.size() < message.payload.size()) builder->AddAttribute(kTruncated, "true");

  EventFields fields = FieldsAt(place);
  fields.device = message.device;
  fields.identity = message.identity;
  fields.time = fields.received = message.received;
  fields.time_source = message.time_source;
  fields.topic = message.topic;
  fields.profile = message.profile;
  fields.traceparent = message.traceparent;
  return builder->Finish(fields);
}

ByteSpan BuildDeadLetter(const RefusedEvent& refused, const DeadLetterPlace& place,
                         size_t max_kept_bytes, EventBuilder* builder) {
  const ByteSpan kept = refused.event.first(std::min(refused.event.size(), max_kept_bytes));
  builder->Start();
  builder->AddReading({.name = kEvent, .value = kept});
  builder->AddAttribute(kReason, DeadLetterReasonName(DeadLetterReason::kRefusedByUplink));
  builder->AddAttribute(kText, refused.text);
  builder->AddAttribute(kRoute, refused.route);
  std::string event_id;
  AppendEventId(place.gateway, refused.stream, refused.offset, &event_id);
  builder->AddAttribute(kEventId, event_id);
  if (kept.size() < refused.event.size()) {
    builder->AddAttribute(kTruncated, "true");
    AddCount(kEventBytes, refused.event.size(), builder);
  }

  EventView original;
  const bool readable = original.Parse(refused.event).ok();
  EventFields fields = FieldsAt(place);
  fields.device = readable ? original.device() : place.gateway;
  fields.identity = readable ? original.identity() : std::string_view();
  fields.topic = readable ? original.topic() : std::string_view();
  fields.time = fields.received = refused.refused;
  fields.time_source = refused.time_source;
  return builder->Finish(fields);
}

std::optional<DeadLetter> ReadDeadLetter(const EventView& event) {
  if (event.type() != kDeadLetterType || event.reading_count() == 0) return std::nullopt;
  const Reading reading = event.reading(0);
  const auto* kept = std::get_if<ByteSpan>(&reading.value);
  if (kept == nullptr || (reading.name != kPayload && reading.name != kEvent)) return std::nullopt;

  DeadLetter letter;
  letter.kind = reading.name == kPayload ? DeadLetter::Kind::kMessage : DeadLetter::Kind::kEvent;
  letter.kept = *kept;
  letter.original_bytes = kept->size();
  for (size_t i = 0; i < event.attribute_count(); ++i) ReadAttribute(event.attribute(i), &letter);
  letter.reason = ReasonOf(letter.reason_name);
  return letter;
}

}  // namespace sluice::schema
