#include "normalise/event_writer.h"

#include <algorithm>
#include <charconv>

#include "base/utf8.h"
#include "codec/topic_match.h"
#include "normalise/origin.h"
#include "normalise/pick.h"
#include "normalise/read_value.h"
#include "normalise/reading_name.h"

namespace sluice::normalise {
namespace {

using decode::Value;

// Always false, so that a caller can return it.
bool Reject(Reason reason, std::string_view where, std::string_view what, Rejection* rejection) {
  rejection->reason = reason;
  rejection->text.assign(where).append(where.empty() ? "" : ": ").append(what);
  return false;
}

bool Applies(const CompiledEvent& rule, const Scope& scope) {
  return (rule.topics.empty() || rule.topics.MatchesAny(scope.topic)) && AllHold(rule.when, scope);
}

schema::Severity SeverityOf(const CompiledEvent& rule, const Scope& scope) {
  schema::Severity severity = rule.rule.severity;
  for (const CompiledSeverity& candidate : rule.severities) {
    const bool of_item = candidate.when.rule.from == Condition::From::kKey;
    const Scope whole{scope.topic, scope.root, scope.root,
                      of_item ? scope.key : std::string_view()};
    if (Holds(candidate.when, whole)) severity = candidate.severity;
  }
  return severity;
}

std::string_view SpellIndex(size_t index, SpellingBuffer* buffer) {
  const char* const end = std::to_chars(buffer->data(), buffer->data() + buffer->size(), index).ptr;
  return {buffer->data(), static_cast<size_t>(end - buffer->data())};
}

// When the event was measured, and how that is known.
struct Moment {
  WallTime time;
  schema::TimeSource source;
};

}  // namespace

struct EventWriter::Job {
  const ParsedMessage& parsed;
  EventList* events;
  Rejection* rejection;
  SpellingBuffer device_spelling = {};
  std::string_view device = {};  // the profile's, once it was asked for
  std::optional<Moment> moment = {};
  std::optional<uint64_t> sequence = {};
  bool measured = false;           // an event has a reading that is worth it
  std::string_view no_value = {};  // the pointer of a reading that is an object or array
  bool broken_text = false;        // a text that should hold JSON

  Scope Whole() const { return {parsed.topic, parsed.root, parsed.root}; }
  Moment MomentOf(const CompiledEvent& rule, Value base);
};

struct EventWriter::Found {
  size_t readings = 0;
  bool measured = false;                     // a reading that is worth an event
  bool no_value = false;                     // a reading that is an object or array
  bool doubtful = false;                     // the event's conditions of validity do not hold
  const CompiledReading* missing = nullptr;  // a required reading

  void Miss(const CompiledReading& reading) {
    if (reading.rule.required && missing == nullptr) missing = &reading;
  }
};

Moment EventWriter::Job::MomentOf(const CompiledEvent& rule, Value base) {
  const Message& message = parsed.message;
  const Duration max_skew = parsed.profile.source.max_skew;
  if (const auto time = FindTime(rule.times, base, message, max_skew)) {
    return {*time, schema::TimeSource::kDevice};
  }
  if (moment) return *moment;
  if (const auto time = FindTime(parsed.profile.times, parsed.root, message, max_skew)) {
    moment = {*time, schema::TimeSource::kDevice};
  } else {
    moment = {message.received, message.clock_is_set ? schema::TimeSource::kGateway
                                                     : schema::TimeSource::kGatewayUnset};
  }
  return *moment;
}

WriteOutcome EventWriter::Write(const ParsedMessage& parsed, EventList* events,
                                Rejection* rejection) {
  Job job{parsed, events, rejection};
  if (parsed.profile.sequence) job.sequence = ReadSequence(*parsed.profile.sequence, parsed.root);
  for (const CompiledEvent& rule : parsed.profile.events) {
    if (!WriteRule(job, rule)) return WriteOutcome::kRejected;
  }
  if (job.measured) return WriteOutcome::kEvents;
  events->Clear();
  if (!job.no_value.empty()) {
    Reject(Reason::kWrongType, job.no_value, "not of the type that the profile says", rejection);
  } else if (!job.broken_text) {
    Reject(Reason::kNoReading, {}, "none of the members that the profile knows is there",
           rejection);
  }
  return WriteOutcome::kNothing;
}

bool EventWriter::WriteRule(Job& job, const CompiledEvent& rule) {
  if (rule.rule.otherwise && job.measured) return true;
  Scope scope = job.Whole();
  if (!Applies(rule, scope) || !rule.base.Find(scope.root, &scope.base)) return true;
  if (rule.rule.base_is_json && !OpenText(job, rule, &scope.base)) return true;
  return rule.rule.each ? WriteEach(job, rule, scope.base) : WriteOne(job, rule, scope);
}

// Makes the base of the JSON in it; false if it is none.
bool EventWriter::OpenText(Job& job, const CompiledEvent& rule, Value* base) {
  const decode::Encoding json{.tolerate = job.parsed.profile.source.encoding.tolerate};
  if (base->kind() == decode::Kind::kText &&
      inner_.Decode(AsBytes(base->text()), json, base, job.rejection)) {
    return true;
  }
  job.broken_text = true;
  return Reject(Reason::kInvalidJson, rule.base.text(), "no JSON in a text", job.rejection);
}

bool EventWriter::WriteEach(Job& job, const CompiledEvent& rule, Value base) {
  SpellingBuffer buffer;
  size_t index = 0;
  for (decode::Walk walk(base); walk.Next(); ++index) {
    if (!walk.value().IsObject() && !rule.takes_any_item) continue;
    const std::string_view key = base.IsArray() ? SpellIndex(index, &buffer) : walk.key();
    if (base.IsObject() && !key.starts_with(rule.rule.key_prefix)) continue;
    const Scope item{job.parsed.topic, job.parsed.root, walk.value(), key};
    if (AllHold(rule.each_when, item) && !WriteOne(job, rule, item)) return false;
  }
  return true;
}

// Looks for the device of the whole message once only.
std::string_view EventWriter::DeviceOf(Job& job, const CompiledEvent& rule, const Scope& scope,
                                       SpellingBuffer* buffer) {
  const Message& message = job.parsed.message;
  if (rule.device) {
    return FindDevice(*rule.device, scope, message, limits_, buffer, job.rejection);
  }
  if (job.device.empty()) {
    job.device = FindDevice(job.parsed.profile.device, job.Whole(), message, limits_,
                            &job.device_spelling, job.rejection);
  }
  return job.device;
}

bool EventWriter::WriteOne(Job& job, const CompiledEvent& rule, const Scope& scope) {
  builder_.Start();
  Found found{.doubtful = !AllHold(rule.valid_if, scope)};
  if (!AddReadings(job, rule, scope, &found)) return false;
  if (!found.measured && !found.no_value) return true;
  SpellingBuffer buffer;
  const std::string_view device = DeviceOf(job, rule, scope, &buffer);
  if (device.empty()) return !found.measured;
  if (job.events->size() == limits_.max_events) {
    return Reject(Reason::kTooManyEvents, {}, "more events than one message may give",
                  job.rejection);
  }
  AddAttributes(job, rule, scope);
  job.measured |= found.measured;
  const ParsedMessage& parsed = job.parsed;
  const Moment moment = job.MomentOf(rule, scope.base);
  const ByteSpan event = builder_.Finish({.type = rule.rule.type,
                                          .gateway = parsed.target.gateway,
                                          .stream = parsed.target.stream,
                                          .offset = parsed.target.next_offset + job.events->size(),
                                          .device = device,
                                          .identity = parsed.message.identity,
                                          .time = moment.time,
                                          .time_source = moment.source,
                                          .received = parsed.message.received,
                                          .topic = parsed.message.topic,
                                          .profile = parsed.profile.source.name,
                                          .severity = SeverityOf(rule, scope),
                                          .traceparent = parsed.message.traceparent,
                                          .sequence = job.sequence});
  job.events->Add(event, device);
  return true;
}

// An event whose readings are all absent is none; one of which only a required reading is absent is
// a mistake of the device.
bool EventWriter::AddReadings(Job& job, const CompiledEvent& rule, const Scope& scope,
                              Found* found) {
  for (const CompiledReading& reading : rule.readings) {
    Value member;
    if (reading.is_list) {
      if (!AddList(job, reading, scope, found)) return false;
    } else if (reading.path.Find(scope.base, &member)) {
      if (!AddReading(job, reading, scope, member, found)) return false;
    } else {
      found->Miss(reading);
    }
  }
  if (found->missing == nullptr || !found->measured) return true;
  return Reject(Reason::kMissingMember, found->missing->path.text(), "required, and absent or null",
                job.rejection);
}

bool EventWriter::AddReading(Job& job, const CompiledReading& reading, const Scope& scope,
                             Value member, Found* found) {
  schema::Reading out;
  if (reading.is_plain_number && ReadPlainNumber(reading, member, &out)) {
    found->measured |= !reading.rule.companion;
    return Add(job, reading, out, found);
  }
  SpellingBuffer buffer;
  const ReadingName name = NameOf(reading, scope, &buffer);
  if (name.is_left_out) return true;
  switch (
      ReadReading(scope, reading, *name.unit, member, limits_.max_text_bytes, &scratch_, &out)) {
    case ReadOutcome::kRead:
      found->measured |= !reading.rule.companion;
      break;
    case ReadOutcome::kNoValue:
      found->no_value = true;
      job.no_value = reading.path.text();
      break;
    case ReadOutcome::kAbsent:
      found->Miss(reading);
      return true;
    case ReadOutcome::kUnusable:
      return Reject(Reason::kWrongType, reading.path.text(),
                    "not of the type that the profile says", job.rejection);
  }
  out.name = name.text;
  return Add(job, reading, out, found);
}

bool EventWriter::Add(Job& job, const CompiledReading& rule, const schema::Reading& reading,
                      Found* found) {
  if (found->readings++ == schema::EventBuilder::kMaxReadings) {
    return Reject(Reason::kTooManyEvents, rule.list ? rule.list->text() : std::string_view(),
                  "more readings than one event may have", job.rejection);
  }
  if (!found->doubtful || reading.quality != schema::Quality::kGood) {
    builder_.AddReading(reading);
    return true;
  }
  schema::Reading doubtful = reading;
  doubtful.quality = schema::Quality::kUncertain;
  builder_.AddReading(doubtful);
  return true;
}

bool EventWriter::AddList(Job& job, const CompiledReading& reading, const Scope& scope,
                          Found* found) {
  Value list;
  if (!reading.list->Find(scope.base, &list)) return true;
  if (reading.rule.pick == ReadingRule::Pick::kAll) return AddAll(job, reading, scope, list, found);
  schema::Reading out;
  if (!PickReading(scope, reading, list, limits_.max_text_bytes, &scratch_, &out)) return true;
  found->measured |= !reading.rule.companion;
  return Add(job, reading, out, found);
}

bool EventWriter::AddAll(Job& job, const CompiledReading& reading, const Scope& scope, Value list,
                         Found* found) {
  SpellingBuffer index_spelling, name_spelling;
  size_t index = 0;
  for (decode::Walk walk(list); walk.Next(); ++index) {
    const Scope item{scope.topic, scope.root, walk.value(),
                     list.IsArray() ? SpellIndex(index, &index_spelling) : walk.key()};
    if (!AllHold(reading.list_when, item)) continue;
    Value member;
    if (!reading.path.Find(item.base, &member)) continue;
    const ReadingName name = NameOf(reading, item, &name_spelling);
    if (name.is_left_out) continue;
    schema::Reading out;
    const ReadOutcome outcome =
        ReadReading(item, reading, *name.unit, member, limits_.max_text_bytes, &scratch_, &out);
    if (outcome != ReadOutcome::kRead) continue;
    found->measured |= !reading.rule.companion;
    out.name = name.text;
    if (!Add(job, reading, out, found)) return false;
  }
  return true;
}

void EventWriter::AddAttributes(const Job& job, const CompiledEvent& rule, const Scope& scope) {
  using From = AttributeRule::From;
  for (const CompiledAttribute& attribute : rule.attributes) {
    SpellingBuffer buffer;
    std::optional<std::string_view> value;
    Value member;
    switch (attribute.rule.from) {
      case From::kConstant:
        value = attribute.rule.value;
        break;
      case From::kKey:
        value = scope.key;
        break;
      case From::kTopicLevel:
        value = codec::TopicLevel(scope.topic.text, attribute.rule.level);
        break;
      case From::kMember:
        if (attribute.path.Find(scope.base, &member)) value = Spell(member, &buffer);
        break;
    }
    if (value) builder_.AddAttribute(attribute.rule.key, CutUtf8(*value, limits_.max_text_bytes));
  }
  const Message& message = job.parsed.message;
  if (!message.replay_of.empty()) builder_.AddAttribute(kReplayOf, message.replay_of);
  if (message.replay_events > 1) {
    SpellingBuffer buffer;
    builder_.AddAttribute(kReplayEvents, SpellIndex(message.replay_events, &buffer));
  }
}

}  // namespace sluice::normalise
