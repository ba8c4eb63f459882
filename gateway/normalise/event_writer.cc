#include "normalise/event_writer.h"

#include <algorithm>
#include <charconv>

#include "base/utf8.h"
#include "codec/topic_match.h"
#include "normalise/read_value.h"

namespace sluice::normalise {
namespace {

using decode::Value;

// Always false, so that a caller can return it.
bool Reject(Reason reason, std::string_view where, std::string_view what, Rejection* rejection) {
  rejection->reason = reason;
  rejection->text.assign(where).append(where.empty() ? "" : ": ").append(what);
  return false;
}

bool Applies(const CompiledEvent& rule, const ParsedMessage& parsed) {
  const bool topic_fits =
      rule.topics.empty() ||
      std::any_of(rule.topics.begin(), rule.topics.end(), [&](const std::string& filter) {
        return codec::Matches(filter, parsed.message.topic);
      });
  return topic_fits && std::all_of(rule.when.begin(), rule.when.end(), [&](const auto& condition) {
           return Holds(condition, parsed.root);
         });
}

schema::Severity SeverityOf(const CompiledEvent& rule, Value root) {
  schema::Severity severity = rule.rule.severity;
  for (const CompiledSeverity& candidate : rule.severities) {
    if (Holds(candidate.when, root)) severity = candidate.severity;
  }
  return severity;
}

std::string_view SpellIndex(size_t index, SpellingBuffer* buffer) {
  const char* const end = std::to_chars(buffer->data(), buffer->data() + buffer->size(), index).ptr;
  return {buffer->data(), static_cast<size_t>(end - buffer->data())};
}

}  // namespace

struct EventWriter::Job {
  const ParsedMessage& parsed;
  EventList* events;
  Rejection* rejection;
};

bool EventWriter::Write(const ParsedMessage& parsed, EventList* events, Rejection* rejection) {
  Job job{parsed, events, rejection};
  return std::all_of(parsed.profile.events.begin(), parsed.profile.events.end(),
                     [&](const CompiledEvent& rule) { return WriteRule(job, rule); });
}

bool EventWriter::WriteRule(Job& job, const CompiledEvent& rule) {
  Value base;
  if (!Applies(rule, job.parsed) || !rule.base.Find(job.parsed.root, &base)) return true;
  return rule.rule.each ? WriteEach(job, rule, base) : WriteOne(job, rule, base, {});
}

bool EventWriter::WriteEach(Job& job, const CompiledEvent& rule, Value base) {
  SpellingBuffer buffer;
  size_t index = 0;
  for (decode::Walk walk(base); walk.Next(); ++index) {
    if (!walk.value().IsObject()) continue;
    const std::string_view key = base.IsArray() ? SpellIndex(index, &buffer) : walk.key();
    if (base.IsObject() && !key.starts_with(rule.rule.key_prefix)) continue;
    if (!WriteOne(job, rule, walk.value(), key)) return false;
  }
  return true;
}

bool EventWriter::WriteOne(Job& job, const CompiledEvent& rule, Value base, std::string_view key) {
  builder_.Start();
  bool measured = false;
  if (!AddReadings(job, rule, base, &measured)) return false;
  if (!measured) return true;
  if (job.events->size() == limits_.max_events) {
    return Reject(Reason::kTooManyEvents, {}, "more events than one message may give",
                  job.rejection);
  }
  AddAttributes(job, rule, base, key);
  const ParsedMessage& parsed = job.parsed;
  job.events->Add(builder_.Finish({.type = rule.rule.type,
                                   .gateway = parsed.target.gateway,
                                   .stream = parsed.target.stream,
                                   .offset = parsed.target.next_offset + job.events->size(),
                                   .device = parsed.device,
                                   .identity = parsed.message.identity,
                                   .time = parsed.time,
                                   .time_source = parsed.time_source,
                                   .received = parsed.message.received,
                                   .topic = parsed.message.topic,
                                   .profile = parsed.profile.source.name,
                                   .severity = SeverityOf(rule, parsed.root),
                                   .traceparent = parsed.message.traceparent,
                                   .sequence = parsed.sequence}));
  return true;
}

// An event whose readings are all absent is none; one of which only a required reading is absent is
// a mistake of the device. `*measured`: there is a reading that is worth an event.
bool EventWriter::AddReadings(Job& job, const CompiledEvent& rule, Value base, bool* measured) {
  const CompiledReading* missing = nullptr;
  for (const CompiledReading& reading : rule.readings) {
    schema::Reading out;
    switch (ReadReading(job.parsed.root, base, reading, limits_.max_text_bytes, &out)) {
      case ReadOutcome::kRead:
        builder_.AddReading(out);
        *measured |= !reading.rule.companion;
        break;
      case ReadOutcome::kAbsent:
        if (reading.rule.required && missing == nullptr) missing = &reading;
        break;
      case ReadOutcome::kUnusable:
        return Reject(Reason::kWrongType, reading.path.text(),
                      "not of the type that the profile says", job.rejection);
    }
  }
  if (missing == nullptr || !*measured) return true;
  return Reject(Reason::kMissingMember, missing->path.text(), "required, and absent or null",
                job.rejection);
}

void EventWriter::AddAttributes(Job& job, const CompiledEvent& rule, Value base,
                                std::string_view key) {
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
        value = key;
        break;
      case From::kTopicLevel:
        value = codec::TopicLevel(job.parsed.message.topic, attribute.rule.level);
        break;
      case From::kMember:
        if (attribute.path.Find(base, &member)) value = Spell(member, &buffer);
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
