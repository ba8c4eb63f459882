#include "normalise/compiled_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

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

  TopicFilters Topics(std::string_view where, const std::vector<std::string>& filters) {
    for (const std::string& filter : filters) Note(where, CheckTopicFilter(filter));
    return TopicFilters(filters);
  }

  CompiledCondition When(std::string_view where, const Condition& condition) {
    return {condition, Path(where, condition.member)};
  }

  std::vector<CompiledCondition> Whens(std::string_view where, const std::vector<Condition>& list) {
    std::vector<CompiledCondition> compiled;
    compiled.reserve(list.size());
    for (const Condition& condition : list) compiled.push_back(When(where, condition));
    return compiled;
  }

  std::vector<CompiledTime> Times(std::string_view where, const std::vector<TimeRule>& rules);
  CompiledDevice Device(std::string_view where, const DeviceRule& rule);
  CompiledIgnore Ignore(const IgnoreRule& rule);
  CompiledReading Reading(const ReadingRule& rule);
  CompiledEvent Event(const EventRule& rule);

 private:
  CompiledUnit Unit(std::string_view where, const std::string& code);
  void Words(const ReadingRule& rule, CompiledReading* reading);
  void Names(const ReadingRule& rule, CompiledReading* reading);
  void Field(const ReadingRule& rule);

  std::string_view profile_;
  Status status_;
};

std::vector<CompiledTime> Compiler::Times(std::string_view where,
                                          const std::vector<TimeRule>& rules) {
  std::vector<CompiledTime> times;
  for (const TimeRule& rule : rules) {
    CompiledTime& time = times.emplace_back(CompiledTime{rule, Path(where, rule.member)});
    if (rule.zone.empty()) continue;
    Note(where, CheckTimeZone(rule.zone));
    time.zone = decode::TimeZone::Load(rule.zone);
  }
  return times;
}

CompiledDevice Compiler::Device(std::string_view where, const DeviceRule& rule) {
  return {rule, Path(where, rule.member)};
}

CompiledIgnore Compiler::Ignore(const IgnoreRule& rule) {
  Note("ignore", CheckName(rule.name));
  if (rule.topics.empty() && rule.when.empty() && !rule.empty_payload) {
    Note("ignore", "one would forget every message; add topics, when or empty");
  }
  if (rule.otherwise && rule.empty_payload) {
    Note("ignore", "an empty payload is never an event; remove otherwise");
  }
  return {rule, Topics("ignore", rule.topics), Whens("ignore", rule.when)};
}

CompiledUnit Compiler::Unit(std::string_view where, const std::string& code) {
  Note(where, CheckUnit(code));
  const UnitConversion* const conversion = FindUnit(code);
  return {conversion != nullptr ? std::string(conversion->canonical) : code, conversion};
}

// Every unit that the payload may name has to be of the quantity that the profile says.
void Compiler::Words(const ReadingRule& rule, CompiledReading* reading) {
  if (!rule.unit_member.empty()) reading->unit_path = Path(rule.name, rule.unit_member);
  if (!rule.unit_code.empty()) reading->unit_code = Path(rule.name, rule.unit_code);
  for (const auto& [word, code] : rule.unit_words) {
    const CompiledUnit unit = Unit(rule.name, code);
    if (unit.canonical != reading->unit.canonical || unit.conversion == nullptr) {
      Note(rule.name, fmt::format("\"{}\" does not measure the same as \"{}\"; correct unit_words",
                                  code, rule.unit_in));
    }
    reading->unit_words.emplace_back(word, unit.conversion);
  }
}

void Compiler::Names(const ReadingRule& rule, CompiledReading* reading) {
  reading->name_path = Path(rule.name, rule.name_member);
  for (const NameRule& name : rule.names) {
    if (!name.name.empty()) Note(rule.name, CheckName(name.name));
    CompiledUnit unit = name.unit.empty() ? reading->unit : Unit(name.is, name.unit);
    reading->names.push_back({name, std::move(unit)});
  }
}

void Compiler::Field(const ReadingRule& rule) {
  if (!rule.field) return;
  const FieldRule& field = *rule.field;
  const int bits = static_cast<int>(field.width * 8);
  if (field.width < 1 || field.width > 8 || field.low_bit < 0 || field.bits < 0 ||
      field.low_bit + std::max(field.bits, 1) > bits) {
    Note(rule.name, "the field has no such bits; it is 1 to 8 bytes wide");
  }
}

CompiledReading Compiler::Reading(const ReadingRule& rule) {
  CompiledReading reading{.path = Path(rule.name, rule.member), .rule = rule};
  reading.unit = Unit(rule.name, rule.unit_in);
  if (rule.type == ReadingRule::Type::kInteger && reading.unit.canonical != rule.unit_in) {
    Note(rule.name, fmt::format("its unit becomes \"{}\", and whole numbers are not converted; use "
                                "type = \"number\"",
                                reading.unit.canonical));
  }
  Note("a reading", CheckName(rule.name));
  if (rule.min && rule.max && *rule.min > *rule.max) {
    Note(rule.name, "the range is empty; write it as [lowest, highest]");
  }
  Words(rule, &reading);
  Names(rule, &reading);
  Field(rule);
  if (rule.list) reading.list = Path(rule.name, *rule.list);
  reading.list_when = Whens(rule.name, rule.list_when);
  reading.valid_if = Whens(rule.name, rule.valid_if);
  reading.is_refined = rule.field || !rule.separator.empty() || !rule.absent_words.empty() ||
                       !rule.number_words.empty();
  const double inverse = std::round(1 / rule.scale);
  if (std::abs(inverse) > 1 && 1 / inverse == rule.scale) {
    reading.divisor = inverse;
  } else {
    reading.multiplier = rule.scale;
  }
  reading.is_list = rule.list.has_value();
  reading.is_plain_number = rule.type == ReadingRule::Type::kNumber && !reading.is_refined &&
                            !reading.is_list && !reading.unit_path && !reading.unit_code &&
                            reading.valid_if.empty() &&
                            rule.name_from == ReadingRule::NameFrom::kFixed;
  return reading;
}

// Whether the rule may find something in an item that is no object.
bool TakesAnyItem(const ReadingRule& rule) {
  const std::string& pointer = rule.list ? *rule.list : rule.member;
  return pointer.empty() || (pointer.size() > 1 && pointer[1] >= '0' && pointer[1] <= '9');
}

CompiledEvent Compiler::Event(const EventRule& rule) {
  CompiledEvent event{.rule = rule,
                      .topics = Topics(rule.type, rule.topics),
                      .when = Whens(rule.type, rule.when),
                      .base = Path(rule.type, rule.base),
                      .each_when = Whens(rule.type, rule.each_when),
                      .times = Times(rule.type, rule.times),
                      .valid_if = Whens(rule.type, rule.valid_if)};
  if (rule.device) event.device = Device(rule.type, *rule.device);
  Note("an event", CheckEventType(rule.type));
  if (std::set<std::string_view> names;
      !std::all_of(rule.readings.begin(), rule.readings.end(), [&](const ReadingRule& reading) {
        return reading.name_from != ReadingRule::NameFrom::kFixed ||
               names.insert(reading.name).second;
      })) {
    Note(rule.type, "two readings have the same name; rename one");
  }
  if (rule.readings.empty()) Note(rule.type, "no readings; add at least one");
  if (rule.readings.size() > schema::EventBuilder::kMaxReadings ||
      rule.attributes.size() + kGatewaysAttributes > schema::EventBuilder::kMaxAttributes) {
    Note(rule.type, "too many readings or attributes; split the event");
  }
  for (const ReadingRule& reading : rule.readings) event.readings.push_back(Reading(reading));
  event.takes_any_item = std::any_of(rule.readings.begin(), rule.readings.end(), TakesAnyItem);
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

Result<CompiledProfile> CompileProfile(Profile profile) {
  Compiler compiler(profile.name);
  compiler.Note("name", CheckProfileName(profile.name));
  if (profile.topics.empty()) compiler.Note("topics", "none; name at least one filter");
  if (profile.events.empty() && profile.ignore.empty()) {
    compiler.Note("events", "none; add at least one");
  }
  CompiledProfile compiled;
  compiled.topics = compiler.Topics("topics", profile.topics);
  compiled.device = compiler.Device("device", profile.device);
  compiled.times = compiler.Times("time", profile.times);
  if (!profile.sequence_member.empty()) {
    compiled.sequence = compiler.Path("sequence", profile.sequence_member);
  }
  for (const EventRule& event : profile.events) {
    compiled.events.push_back(compiler.Event(event));
    for (CompiledReading& reading : compiled.events.back().readings) {
      reading.decimal_comma = profile.encoding.tolerate.decimal_comma;
    }
  }
  for (const IgnoreRule& ignore : profile.ignore)
    compiled.ignore.push_back(compiler.Ignore(ignore));
  SLUICE_RETURN_IF_ERROR(compiler.status());
  compiled.source = std::move(profile);
  return compiled;
}

}  // namespace sluice::normalise
