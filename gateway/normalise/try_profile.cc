#include "normalise/try_profile.h"

#include <utility>

#include "base/json_writer.h"
#include "schema/cloudevents_json.h"

namespace sluice::normalise {
namespace {

// A topic that `filter` matches.
std::string ExampleTopic(std::string_view filter) {
  std::string topic;
  for (const char c : filter) {
    if (c == '+' || c == '#') {
      topic += "example";
    } else {
      topic += c;
    }
  }
  return topic;
}

void AppendEvents(const EventList& events, std::string* text, std::string* device) {
  schema::EventView view;
  for (size_t i = 0; i < events.size(); ++i) {
    SLUICE_CHECK(view.Parse(events.event(i)).ok());
    *device = view.device();
    schema::AppendEventJson(view, text);
    text->push_back('\n');
  }
}

void AppendVerdict(std::string_view verdict, const Rejection& rejection, std::string* text) {
  const bool is_rejected = rejection.reason != Reason::kNone;
  JsonWriter json(text);
  json.BeginObject();
  json.Member("verdict", verdict);
  if (is_rejected) json.Member("reason", schema::DeadLetterReasonName(rejection.reason));
  json.Member(is_rejected ? "text" : "rule", std::string_view(rejection.text));
  json.EndObject();
  text->push_back('\n');
}

}  // namespace

Result<Trial> Trial::Create(const std::vector<Profile>& profiles) {
  auto normaliser = Normaliser::Create(profiles, Limits());
  if (!normaliser.ok()) return normaliser.status();
  Trial trial;
  trial.normaliser_ = std::move(*normaliser);
  if (!profiles.empty() && !profiles.front().topics.empty()) {
    trial.example_topic_ = ExampleTopic(profiles.front().topics.front());
  }
  return trial;
}

TryOutcome Trial::Try(const Message& message) {
  Message tried = message;
  if (tried.topic.empty()) tried.topic = example_topic_;
  TryOutcome outcome;
  const Target target{.gateway = "try", .stream = "try"};
  switch (normaliser_->Normalise(tried, target, &events_, &rejection_)) {
    case Verdict::kEvents:
      outcome.accepted = true;
      AppendEvents(events_, &outcome.text, &outcome.device);
      break;
    case Verdict::kIgnored:
      outcome.accepted = true;
      AppendVerdict("ignored", rejection_, &outcome.text);
      break;
    case Verdict::kRejected:
      AppendVerdict("rejected", rejection_, &outcome.text);
      break;
  }
  return outcome;
}

Result<TryOutcome> TryProfile(const Profile& profile, const Message& message) {
  return TryProfiles({profile}, message);
}

Result<TryOutcome> TryProfiles(const std::vector<Profile>& profiles, const Message& message) {
  auto trial = Trial::Create(profiles);
  if (!trial.ok()) return trial.status();
  return trial->Try(message);
}

}  // namespace sluice::normalise
