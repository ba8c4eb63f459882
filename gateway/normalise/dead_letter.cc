#include "normalise/dead_letter.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "normalise/device_name.h"
#include "schema/cloudevents.h"

namespace sluice::normalise {
namespace {

constexpr std::array<std::string_view, kReasons> kReasonNames = {
    "none",      "no_profile",      "payload_too_large", "invalid_json",
    "too_deep",  "missing_member",  "wrong_type",        "no_reading",
    "no_device", "too_many_events", "invalid_text",      "foreign_device"};

void AddCount(std::string_view key, size_t count, schema::EventBuilder* builder) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), count).ptr;
  builder->AddAttribute(key, {digits.data(), static_cast<size_t>(end - digits.data())});
}

}  // namespace

std::string_view ReasonName(Reason reason) { return kReasonNames[static_cast<size_t>(reason)]; }

ByteSpan BuildDeadLetter(const Message& message, const Rejection& rejection,
                         std::string_view profile, const Target& target, size_t max_payload_bytes,
                         schema::EventBuilder* builder) {
  const size_t kept = std::min(message.payload.size(), max_payload_bytes);
  builder->Start();
  builder->AddReading({.name = "payload", .value = message.payload.first(kept)});
  builder->AddAttribute("reason", ReasonName(rejection.reason));
  builder->AddAttribute("text", rejection.text);
  AddCount("payload_bytes", message.payload.size(), builder);
  if (kept < message.payload.size()) builder->AddAttribute("truncated", "true");
  return builder->Finish(
      {.type = schema::kDeadLetterType,
       .gateway = target.gateway,
       .stream = target.stream,
       .offset = target.next_offset,
       .device = IsDeviceName(message.identity) ? message.identity : target.gateway,
       .identity = message.identity,
       .time = message.received,
       .time_source =
           message.clock_is_set ? schema::TimeSource::kGateway : schema::TimeSource::kGatewayUnset,
       .received = message.received,
       .topic = message.topic,
       .profile = profile,
       .severity = schema::Severity::kWarning,
       .traceparent = message.traceparent});
}

}  // namespace sluice::normalise
