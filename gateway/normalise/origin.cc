#include "normalise/origin.h"

#include <fmt/format.h>

#include <iterator>

#include "base/utf8.h"
#include "codec/topic_match.h"
#include "normalise/device_name.h"
#include "normalise/read_value.h"

namespace sluice::normalise {
namespace {

// Always empty, so that a caller can return it.
std::string_view Reject(Reason reason, std::string_view text, Rejection* rejection) {
  rejection->reason = reason;
  rejection->text = text;
  return {};
}

std::string_view Look(const CompiledDevice& device, const Scope& scope, const Message& message,
                      SpellingBuffer* buffer) {
  decode::Value member;
  switch (device.rule.from) {
    case DeviceRule::From::kIdentity:
      return message.identity;
    case DeviceRule::From::kTopicLevel:
      return codec::TopicLevel(message.topic, device.rule.level).value_or(std::string_view());
    case DeviceRule::From::kMember:
      if (!device.path.Find(scope.base, &member)) return {};
      return Spell(member, buffer).value_or(std::string_view());
    case DeviceRule::From::kKey:
      return scope.key;
  }
  return {};
}

// Says what to write if it should be allowed.
std::string_view RejectForeign(std::string_view identity, std::string_view device,
                               Rejection* rejection) {
  rejection->reason = Reason::kForeignDevice;
  rejection->text.clear();
  const auto text = std::back_inserter(rejection->text);
  fmt::format_to(text, "\"{}\" may not speak for the device \"{}\"; ",
                 CutUtf8(identity, kMaxQuotedNameBytes), CutUtf8(device, kMaxQuotedNameBytes));
  if (MeansItselfInRules(identity) && MeansItselfInRules(device)) {
    fmt::format_to(text,
                   "if it should, write: [[access]] identity = \"{}\", speaks_for = "
                   "[\"{{identity}}\", \"{}\"]",
                   identity, device);
  } else {
    fmt::format_to(text, "no rule can name just these two: see speaks_for of [[access]]");
  }
  return {};
}

bool IsPlausible(WallTime time, const Message& message, Duration max_skew) {
  if (ToUnixNanos(time) < Clock::kEarliestPlausibleUnixNanos) return false;
  if (max_skew == Duration::zero() || !message.clock_is_set) return true;
  return time >= message.received - max_skew && time <= message.received + max_skew;
}

}  // namespace

std::string_view FindDevice(const CompiledDevice& rule, const Scope& scope, const Message& message,
                            const Limits& limits, SpellingBuffer* buffer, Rejection* rejection) {
  const std::string_view device = Look(rule, scope, message, buffer);
  if (device.empty()) {
    return Reject(Reason::kNoDevice, "the device's name is not where the profile says", rejection);
  }
  if (device.size() > limits.max_name_bytes || !IsDeviceName(device)) {
    return Reject(Reason::kInvalidText,
                  "the device's name is too long, begins with '$', or has a '/', '+', '#' or a "
                  "control character",
                  rejection);
  }
  const SpeakerRules* const speakers = message.speakers;
  if (speakers != nullptr && !speakers->MaySpeakFor(message.identity, device)) {
    return RejectForeign(message.identity, device, rejection);
  }
  return device;
}

std::optional<WallTime> FindTime(const std::vector<CompiledTime>& times, decode::Value base,
                                 const Message& message, Duration max_skew) {
  for (const CompiledTime& rule : times) {
    const auto time = ReadTime(rule, base, message.received);
    if (time && IsPlausible(*time, message, max_skew)) return time;
  }
  return std::nullopt;
}

}  // namespace sluice::normalise
