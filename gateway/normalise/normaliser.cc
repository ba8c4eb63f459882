#include "normalise/normaliser.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "decode/payload_decoder.h"
#include "normalise/event_writer.h"
#include "normalise/profile_index.h"

namespace sluice::normalise {
namespace {

using decode::Value;

// What a profile makes of a message.
enum class Outcome : uint8_t {
  kEvents,
  kIgnored,
  kRejected,
  kNothing,  // the next profile may know more; the reason is given
  kUnread,   // likewise: the payload is not what the profile reads
};

Outcome Ignore(const CompiledIgnore& ignore, Rejection* rejection) {
  rejection->text = ignore.rule.name;
  return Outcome::kIgnored;
}

bool IsAbout(const CompiledIgnore& ignore, const Topic& topic) {
  return ignore.topics.empty() || ignore.topics.MatchesAny(topic);
}

// The rule that needs no look into the payload, or null.
const CompiledIgnore* FindIgnore(const CompiledProfile& profile, const Topic& topic,
                                 ByteSpan payload) {
  for (const CompiledIgnore& ignore : profile.ignore) {
    if (!ignore.when.empty() || ignore.rule.otherwise || !IsAbout(ignore, topic)) continue;
    if (!ignore.rule.empty_payload || payload.empty()) return &ignore;
  }
  return nullptr;
}

// `otherwise`: the rule for what is no event, or the one that comes before events.
const CompiledIgnore* FindIgnore(const CompiledProfile& profile, const Topic& topic, Value root,
                                 bool otherwise) {
  const Scope whole{topic, root, root};
  for (const CompiledIgnore& ignore : profile.ignore) {
    if (ignore.rule.otherwise != otherwise || !IsAbout(ignore, topic)) continue;
    if (ignore.when.empty() && !otherwise) continue;
    if (AllHold(ignore.when, whole)) return &ignore;
  }
  return nullptr;
}

}  // namespace

struct Normaliser::Impl {
  explicit Impl(const Limits& given) : limits(given), decoder(given.decode), writer(given) {}

  Verdict Judge(const Message& message, const Target& target, EventList* events,
                Rejection* rejection);
  Outcome Apply(const CompiledProfile& profile, const Message& message, const Topic& topic,
                const Target& target, EventList* events, Rejection* rejection);
  bool Decode(const CompiledProfile& profile, const Message& message, Rejection* rejection);

  const Limits limits;
  std::vector<CompiledProfile> profiles;
  ProfileIndex index;
  decode::PayloadDecoder decoder;
  EventWriter writer;
  Rejection later;  // of the profiles after the first
  // What was made of the current payload, and how, so that profiles that read it alike share it.
  Value root;
  const decode::Encoding* decoded_as = nullptr;
  std::optional<decode::Request> request;
  Duration silent_after{0};
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
  const Topic shape(topic);
  for (const CompiledProfile& profile : impl_->profiles) {
    if (profile.topics.MatchesAny(shape)) return profile.source.name;
  }
  return {};
}

Verdict Normaliser::Normalise(const Message& message, const Target& target, EventList* events,
                              Rejection* rejection) {
  impl_->request.reset();
  const Verdict verdict = impl_->Judge(message, target, events, rejection);
  if (rejection->reason == Reason::kForeignDevice) impl_->request.reset();
  return verdict;
}

Duration Normaliser::silent_after() const { return impl_->silent_after; }

std::optional<decode::Request> Normaliser::TakeRequest() {
  return std::exchange(impl_->request, std::nullopt);
}

const decode::StateStats& Normaliser::device_state() const { return impl_->decoder.state(); }

uint64_t Normaliser::births_asked() const { return impl_->decoder.births_asked(); }

Verdict Normaliser::Impl::Judge(const Message& message, const Target& target, EventList* events,
                                Rejection* rejection) {
  events->Clear();
  *rejection = {.text = std::move(rejection->text)};
  decoded_as = nullptr;
  const Topic topic(message.topic);
  const CompiledProfile* first = nullptr;
  const CompiledProfile* forgetful = nullptr;
  for (const uint16_t place : index.Find(profiles, topic)) {
    const CompiledProfile& profile = profiles[place];
    Rejection* const said = first == nullptr ? rejection : &later;
    const Outcome outcome = Apply(profile, message, topic, target, events, said);
    if (outcome == Outcome::kNothing || outcome == Outcome::kUnread) {
      if (first == nullptr) first = &profile;
      const bool forgets = outcome == Outcome::kNothing && profile.source.ignore_if_nothing;
      if (forgets && forgetful == nullptr) forgetful = &profile;
      continue;
    }
    if (said != rejection) std::swap(*said, *rejection);
    rejection->profile = profile.source.name;
    if (outcome != Outcome::kRejected) rejection->reason = Reason::kNone;
    silent_after = profile.source.silent_after;
    if (outcome == Outcome::kEvents) return Verdict::kEvents;
    events->Clear();  // All or none.
    return outcome == Outcome::kIgnored ? Verdict::kIgnored : Verdict::kRejected;
  }
  if (forgetful != nullptr) {
    rejection->profile = forgetful->source.name;
    rejection->reason = Reason::kNone;
    rejection->text = "if_nothing";
    return Verdict::kIgnored;
  }
  if (first != nullptr) {
    rejection->profile = first->source.name;
    return Verdict::kRejected;
  }
  rejection->reason = Reason::kNoProfile;
  rejection->text = "no profile has a filter for this topic";
  return Verdict::kRejected;
}

// Into `root`; what a profile before has made of the payload is used again.
bool Normaliser::Impl::Decode(const CompiledProfile& profile, const Message& message,
                              Rejection* rejection) {
  const decode::Encoding& encoding = profile.source.encoding;
  if (decoded_as != nullptr && *decoded_as == encoding) return true;
  decoded_as = nullptr;
  const decode::Origin origin{.topic = message.topic,
                              .identity = message.identity,
                              .received = message.received,
                              .now = message.now,
                              .replayed = !message.replay_of.empty()};
  const bool is_read = decoder.Decode(message.payload, encoding, &root, rejection, origin);
  if (auto asked = decoder.TakeRequest()) request = std::move(asked);
  if (!is_read) return false;
  decoded_as = &encoding;
  return true;
}

Outcome Normaliser::Impl::Apply(const CompiledProfile& profile, const Message& message,
                                const Topic& topic, const Target& target, EventList* events,
                                Rejection* rejection) {
  if (const CompiledIgnore* ignore = FindIgnore(profile, topic, message.payload)) {
    return Ignore(*ignore, rejection);
  }
  if (!Decode(profile, message, rejection)) return Outcome::kUnread;
  if (const CompiledIgnore* ignore = FindIgnore(profile, topic, root, false)) {
    return Ignore(*ignore, rejection);
  }
  const CompiledIgnore* ignore = nullptr;
  switch (writer.Write({message, topic, target, profile, root}, events, rejection)) {
    case WriteOutcome::kEvents:
      return Outcome::kEvents;
    case WriteOutcome::kNothing:
      ignore = FindIgnore(profile, topic, root, true);
      return ignore == nullptr ? Outcome::kNothing : Ignore(*ignore, rejection);
    case WriteOutcome::kRejected:
      return Outcome::kRejected;
  }
  return Outcome::kRejected;
}

}  // namespace sluice::normalise
