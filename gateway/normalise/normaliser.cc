#include "normalise/normaliser.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "base/utf8.h"
#include "codec/topic_match.h"
#include "decode/json_decoder.h"
#include "normalise/device_name.h"
#include "normalise/event_writer.h"
#include "normalise/read_value.h"

namespace sluice::normalise {
namespace {

using decode::Value;

Verdict Reject(Reason reason, std::string_view text, Rejection* rejection) {
  rejection->reason = reason;
  rejection->text = text;
  return Verdict::kRejected;
}

bool IsPlausible(WallTime time, const Message& message, Duration max_skew) {
  if (ToUnixNanos(time) < Clock::kEarliestPlausibleUnixNanos) return false;
  if (max_skew == Duration::zero() || !message.clock_is_set) return true;
  return time >= message.received - max_skew && time <= message.received + max_skew;
}

void SetTime(ParsedMessage* parsed) {
  const Message& message = parsed->message;
  for (const CompiledTime& rule : parsed->profile.times) {
    const auto time = ReadTime(rule, parsed->root);
    if (!time || !IsPlausible(*time, message, parsed->profile.source.max_skew)) continue;
    parsed->time = *time;
    parsed->time_source = schema::TimeSource::kDevice;
    return;
  }
  parsed->time = message.received;
  parsed->time_source =
      message.clock_is_set ? schema::TimeSource::kGateway : schema::TimeSource::kGatewayUnset;
}

// Who was measured, as the profile says; empty if that is not to be found.
std::string_view FindDevice(const ParsedMessage& parsed, SpellingBuffer* buffer) {
  const DeviceRule& rule = parsed.profile.source.device;
  Value member;
  switch (rule.from) {
    case DeviceRule::From::kIdentity:
      return parsed.message.identity;
    case DeviceRule::From::kTopicLevel:
      return codec::TopicLevel(parsed.message.topic, rule.level).value_or(std::string_view());
    case DeviceRule::From::kMember:
      if (!parsed.profile.device->Find(parsed.root, &member)) return {};
      return Spell(member, buffer).value_or(std::string_view());
  }
  return {};
}

bool IsForeign(const ParsedMessage& parsed) {
  const SpeakerRules* const speakers = parsed.message.speakers;
  return speakers != nullptr && !speakers->MaySpeakFor(parsed.message.identity, parsed.device);
}

// Says what to write if it should be allowed.
Verdict RejectForeign(const ParsedMessage& parsed, Rejection* rejection) {
  const std::string_view identity = parsed.message.identity, device = parsed.device;
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
  return Verdict::kRejected;
}

bool IsIgnored(const CompiledProfile& profile, Value root) {
  return std::any_of(profile.ignore_when.begin(), profile.ignore_when.end(),
                     [root](const CompiledCondition& condition) { return Holds(condition, root); });
}

}  // namespace

struct Normaliser::Impl {
  explicit Impl(const Limits& given) : limits(given), json(given.decode), writer(given) {}

  const CompiledProfile* Find(std::string_view topic) const {
    const auto found =
        std::find_if(profiles.begin(), profiles.end(),
                     [topic](const CompiledProfile& profile) { return profile.Matches(topic); });
    return found == profiles.end() ? nullptr : &*found;
  }

  Verdict Apply(const CompiledProfile& profile, const Message& message, const Target& target,
                EventList* events, Rejection* rejection);

  const Limits limits;
  std::vector<CompiledProfile> profiles;
  decode::JsonDecoder json;
  EventWriter writer;
};

Normaliser::Normaliser(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Normaliser::~Normaliser() = default;

Result<std::unique_ptr<Normaliser>> Normaliser::Create(std::vector<Profile> profiles,
                                                       const Limits& limits) {
  auto impl = std::make_unique<Impl>(limits);
  std::set<std::string> names;
  for (Profile& profile : profiles) {
    if (!names.insert(profile.name).second) {
      return Status::InvalidArgument(
          fmt::format("two profiles are named {}; rename one", profile.name));
    }
    auto compiled = CompileProfile(std::move(profile));
    if (!compiled.ok()) return compiled.status();
    impl->profiles.push_back(std::move(*compiled));
  }
  return std::unique_ptr<Normaliser>(new Normaliser(std::move(impl)));
}

const Limits& Normaliser::limits() const { return impl_->limits; }

std::string_view Normaliser::Match(std::string_view topic) const {
  const CompiledProfile* profile = impl_->Find(topic);
  return profile == nullptr ? std::string_view() : std::string_view(profile->source.name);
}

Verdict Normaliser::Normalise(const Message& message, const Target& target, EventList* events,
                              Rejection* rejection) {
  events->Clear();
  const CompiledProfile* profile = impl_->Find(message.topic);
  if (profile == nullptr) {
    return Reject(Reason::kNoProfile, "no profile has a filter for this topic", rejection);
  }
  const Verdict verdict = impl_->Apply(*profile, message, target, events, rejection);
  if (verdict != Verdict::kEvents) events->Clear();  // All or none.
  return verdict;
}

Verdict Normaliser::Impl::Apply(const CompiledProfile& profile, const Message& message,
                                const Target& target, EventList* events, Rejection* rejection) {
  Value root;
  if (!json.Decode(message.payload, &root, rejection)) return Verdict::kRejected;
  if (IsIgnored(profile, root)) return Verdict::kIgnored;

  ParsedMessage parsed{.message = message, .target = target, .profile = profile, .root = root};
  SpellingBuffer device_spelling;
  parsed.device = FindDevice(parsed, &device_spelling);
  if (parsed.device.empty()) {
    return Reject(Reason::kNoDevice, "the device's name is not where the profile says", rejection);
  }
  if (parsed.device.size() > limits.max_name_bytes || !IsDeviceName(parsed.device)) {
    return Reject(Reason::kInvalidText,
                  "the device's name is too long, begins with '$', or has a '/', '+', '#' or a "
                  "control character",
                  rejection);
  }
  if (IsForeign(parsed)) return RejectForeign(parsed, rejection);
  SetTime(&parsed);
  if (profile.sequence) parsed.sequence = ReadSequence(*profile.sequence, root);

  if (!writer.Write(parsed, events, rejection)) return Verdict::kRejected;
  if (!events->empty()) return Verdict::kEvents;
  if (profile.source.ignore_if_nothing) return Verdict::kIgnored;
  return Reject(Reason::kNoReading, "none of the members that the profile knows is there",
                rejection);
}

}  // namespace sluice::normalise
