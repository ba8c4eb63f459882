#include "normalise/compiled_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "codec/topic_match.h"
#include "normalise/check.h"
#include "normalise/message.h"
#include "schema/event_builder.h"

namespace sluice::normalise {
namespace {

constexpr size_t kGatewaysAttributes = 2;  // kReplayOf, kReplayEvents

// Compiles the parts of a profile and keeps the first mistake that it meets.
class Compiler {
 public:
  explicit Compiler(std::string_view profile) : profile_(profile) {}

  const Status& status() const { return status_; }

  void Note(std::string_view where, const std::string& mistake) {
    if (mistake.empty() || !status_.ok()) return;
    status_ = Status::InvalidArgument(fmt::format("profile {}: {}: {}", profile_, where, mistake));
  }

  decode::Path Path(std::string_view where, const std::string& pointer) {
    Note(where, CheckPointer(pointer));
    return decode::Path::Parse(pointer).value_or(decode::Path());
  }

  std::vector<std::string> Topics(std::string_view where, const std::vector<std::string>& filters) {
    for (const std::string& filter : filters) Note(where, CheckTopicFilter(filter));
    return filters;
  }

  CompiledCondition When(std::string_view where, const Condition& condition) {
    return {Path(where, condition.member), condition.equals};
  }

  std::vector<CompiledCondition> Whens(std::string_view where, const std::vector<Condition>& list) {
    std::vector<CompiledCondition> compiled;
    for (const Condition& condition : list) compiled.push_back(When(where, condition));
    return compiled;
  }

  CompiledReading Reading(const ReadingRule& rule);
  CompiledEvent Event(const EventRule& rule);

 private:
  void Words(const ReadingRule& rule, CompiledReading* reading);

  std::string_view profile_;
  Status status_;
};

// Every unit that the payload may name has to be of the quantity that the profile says.
void Compiler::Words(const ReadingRule& rule, CompiledReading* reading) {
  if (rule.unit_member.empty()) return;
  reading->unit_path = Path(rule.name, rule.unit_member);
  for (const auto& [word, code] : rule.unit_words) {
    Note(rule.name, CheckUnit(code));
    const UnitConversion* conversion = FindUnit(code);
    if (conversion == nullptr || conversion->canonical != reading->unit) {
      Note(rule.name, fmt::format("\"{}\" does not measure the same as \"{}\"; correct unit_words",
                                  code, rule.unit_in));
    }
    reading->unit_words.emplace_back(word, conversion);
  }
}

CompiledReading Compiler::Reading(const ReadingRule& rule) {
  CompiledReading reading{.rule = rule, .path = Path(rule.name, rule.member)};
  Note(rule.name, CheckUnit(rule.unit_in));
  reading.conversion = FindUnit(rule.unit_in);
  reading.unit =
      reading.conversion != nullptr ? std::string(reading.conversion->canonical) : rule.unit_in;
  if (rule.type == ReadingRule::Type::kInteger && reading.unit != rule.unit_in) {
    Note(rule.name, fmt::format("its unit becomes \"{}\", and whole numbers are not converted; use "
                                "type = \"number\"",
                                reading.unit));
  }
  Note("a reading", CheckName(rule.name));
  if (rule.min && rule.max && *rule.min > *rule.max) {
    Note(rule.name, "the range is empty; write it as [lowest, highest]");
  }
  Words(rule, &reading);
  return reading;
}

CompiledEvent Compiler::Event(const EventRule& rule) {
  CompiledEvent event{.rule = rule,
                      .topics = Topics(rule.type, rule.topics),
                      .when = Whens(rule.type, rule.when),
                      .base = Path(rule.type, rule.base)};
  Note("an event", CheckEventType(rule.type));
  if (std::set<std::string_view> names;
      !std::all_of(rule.readings.begin(), rule.readings.end(),
                   [&](const ReadingRule& reading) { return names.insert(reading.name).second; })) {
    Note(rule.type, "two readings have the same name; rename one");
  }
  if (rule.readings.empty()) Note(rule.type, "no readings; add at least one");
  if (rule.readings.size() > schema::EventBuilder::kMaxReadings ||
      rule.attributes.size() + kGatewaysAttributes > schema::EventBuilder::kMaxAttributes) {
    Note(rule.type, "too many readings or attributes; split the event");
  }
  for (const ReadingRule& reading : rule.readings) event.readings.push_back(Reading(reading));
  for (const AttributeRule& attribute : rule.attributes) {
    Note(rule.type, CheckName(attribute.key));
    if (attribute.key == kReplayOf || attribute.key == kReplayEvents) {
      Note(attribute.key, "the gateway's own attribute; choose another key");
    }
    event.attributes.push_back({attribute, Path(attribute.key, attribute.member)});
  }
  for (const SeverityRule& severity : rule.severity_rules) {
    event.severities.push_back({When(rule.type, severity.when), severity.severity});
  }
  return event;
}

}  // namespace

bool CompiledProfile::Matches(std::string_view topic) const {
  return std::any_of(topics.begin(), topics.end(),
                     [topic](const std::string& filter) { return codec::Matches(filter, topic); });
}

Result<CompiledProfile> CompileProfile(Profile profile) {
  Compiler compiler(profile.name);
  compiler.Note("name", CheckProfileName(profile.name));
  if (profile.topics.empty()) compiler.Note("topics", "none; name at least one filter");
  if (profile.events.empty()) compiler.Note("events", "none; add at least one");
  CompiledProfile compiled;
  compiled.topics = compiler.Topics("topics", profile.topics);
  if (profile.device.from == DeviceRule::From::kMember) {
    compiled.device = compiler.Path("device", profile.device.member);
  }
  for (const TimeRule& time : profile.times) {
    compiled.times.push_back({time, compiler.Path("time", time.member)});
  }
  if (!profile.sequence_member.empty()) {
    compiled.sequence = compiler.Path("sequence", profile.sequence_member);
  }
  for (const EventRule& event : profile.events) compiled.events.push_back(compiler.Event(event));
  compiled.ignore_when = compiler.Whens("ignore", profile.ignore_when);
  SLUICE_RETURN_IF_ERROR(compiler.status());
  compiled.source = std::move(profile);
  return compiled;
}

}  // namespace sluice::normalise
