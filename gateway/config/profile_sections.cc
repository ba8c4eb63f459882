#include "config/profile_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/rfc3339.h"
#include "normalise/check.h"

namespace sluice::config {
namespace {

using normalise::AttributeRule;
using normalise::Condition;
using normalise::DeviceRule;
using normalise::EventRule;
using normalise::Profile;
using normalise::ReadingRule;
using normalise::SeverityRule;
using normalise::TimeRule;

constexpr int64_t kMaxTopicLevel = 127;

constexpr Word<TimeRule::Format> kTimeFormats[] = {
    {"unix_s", TimeRule::Format::kUnixSeconds}, {"unix_ms", TimeRule::Format::kUnixMillis},
    {"unix_us", TimeRule::Format::kUnixMicros}, {"unix_ns", TimeRule::Format::kUnixNanos},
    {"rfc3339", TimeRule::Format::kRfc3339},    {"local", TimeRule::Format::kLocal},
};

// Whether a message that holds nothing known is ignored.
constexpr Word<bool> kIfNothing[] = {{"dead_letter", false}, {"ignore", true}};

constexpr Word<ReadingRule::Type> kReadingTypes[] = {
    {"number", ReadingRule::Type::kNumber},
    {"integer", ReadingRule::Type::kInteger},
    {"bool", ReadingRule::Type::kBool},
    {"text", ReadingRule::Type::kText},
};

constexpr Word<schema::Severity> kSeverities[] = {
    {"debug", schema::Severity::kDebug},       {"info", schema::Severity::kInfo},
    {"warning", schema::Severity::kWarning},   {"error", schema::Severity::kError},
    {"critical", schema::Severity::kCritical},
};

// What a check found, if it found anything.
void Found(TableReader& reader, std::string_view key, const std::string& what) {
  if (!what.empty()) reader.Error(key, "is wrong: " + what);
}

void Pointer(TableReader& reader, std::string_view key, std::string* pointer) {
  reader.Text(key, pointer);
  Found(reader, key, normalise::CheckPointer(*pointer));
}

void Name(TableReader& reader, std::string_view key, std::string* name) {
  reader.Text(key, name);
  if (!name->empty()) Found(reader, key, normalise::CheckName(*name));
}

void Unit(TableReader& reader, std::string_view key, std::string* unit) {
  reader.Text(key, unit);
  Found(reader, key, normalise::CheckUnit(*unit));
}

void Topics(TableReader& reader, std::vector<std::string>* topics) {
  reader.TextList("topics", topics);
  for (const std::string& filter : *topics) {
    Found(reader, "topics", normalise::CheckTopicFilter(filter));
  }
}

void Level(TableReader& reader, int* level) {
  int64_t number = 0;
  reader.Integer("topic_level", -kMaxTopicLevel, kMaxTopicLevel, &number);
  *level = static_cast<int>(number);
}

// How many of `keys` are there; more than one is a mistake.
size_t CountAlternatives(TableReader& reader, std::initializer_list<std::string_view> keys) {
  size_t count = 0;
  for (const std::string_view key : keys) {
    if (!reader.Has(key)) continue;
    if (++count == 2) reader.Error(key, "can't be combined with another source; keep one of them");
  }
  return count;
}

void ReadCondition(TableReader& reader, Condition* condition) {
  reader.Require("member");
  reader.Require("equals");
  Pointer(reader, "member", &condition->member);
  reader.Text("equals", &condition->equals);
}

void ReadConditions(TableReader& reader, std::string_view key, std::vector<Condition>* conditions) {
  reader.Tables(key,
                [&](TableReader& table) { ReadCondition(table, &conditions->emplace_back()); });
}

void ReadDevice(TableReader& reader, DeviceRule* device) {
  bool identity = false;
  CountAlternatives(reader, {"identity", "topic_level", "member"});
  if (reader.Has("topic_level")) device->from = DeviceRule::From::kTopicLevel;
  if (reader.Has("member")) device->from = DeviceRule::From::kMember;
  reader.Flag("identity", &identity);
  Level(reader, &device->level);
  Pointer(reader, "member", &device->member);
}

// "+01:00", "-03:30" or "Z".
void UtcOffset(TableReader& reader, TimeRule* time) {
  std::string text;
  reader.Text("utc_offset", &text);
  if (text.empty()) return;
  const std::string_view midnight = "1970-01-02T00:00:00";
  const auto shifted = ParseDateTime(std::string(midnight) + text, true);
  const bool is_fraction = text.starts_with('.');  // of the second before it
  if (!shifted || is_fraction) {
    return reader.Error("utc_offset", "must be \"+hh:mm\", \"-hh:mm\" or \"Z\"");
  }
  const Duration offset = std::chrono::hours(24) - shifted->time_since_epoch();
  time->utc_offset_minutes =
      static_cast<int>(std::chrono::duration_cast<std::chrono::minutes>(offset).count());
}

void ReadTime(TableReader& reader, TimeRule* time) {
  reader.Require("member");
  reader.Require("format");
  Pointer(reader, "member", &time->member);
  reader.OneOf("format", kTimeFormats, &time->format);
  UtcOffset(reader, time);
  const bool is_local = time->format == TimeRule::Format::kLocal;
  if (is_local) reader.Require("utc_offset");
  if (!is_local && reader.Has("utc_offset")) {
    reader.Error("utc_offset", "only goes with format = \"local\"; remove it");
  }
}

void ReadReading(TableReader& reader, ReadingRule* reading) {
  reader.Require("name");
  reader.Require("member");
  Name(reader, "name", &reading->name);
  Pointer(reader, "member", &reading->member);
  reader.OneOf("type", kReadingTypes, &reading->type);
  Unit(reader, "unit", &reading->unit_in);
  Pointer(reader, "unit_member", &reading->unit_member);
  reader.Words("unit_words", &reading->unit_words);
  for (const auto& [word, code] : reading->unit_words) {
    Found(reader, "unit_words", normalise::CheckUnit(code));
  }
  reader.Real("scale", &reading->scale);
  reader.Real("offset", &reading->offset);
  reader.Range("range", &reading->min, &reading->max);
  reader.Flag("required", &reading->required);
  reader.Flag("companion", &reading->companion);
  reader.Flag("from_text", &reading->from_text);
  reader.TextList("true_words", &reading->true_words);
  reader.TextList("false_words", &reading->false_words);
}

// Keys that would do nothing with the reading's type are mistakes as well.
void CheckReadingKeys(TableReader& reader, const ReadingRule& reading) {
  using Type = ReadingRule::Type;
  const auto only_with = [&](std::initializer_list<std::string_view> keys, bool allowed,
                             std::string_view types) {
    for (const std::string_view key : keys) {
      if (reader.Has(key) && !allowed) {
        reader.Error(key, fmt::format("only goes with type = {}; remove one of them", types));
      }
    }
  };
  const bool is_number = reading.type == Type::kNumber;
  if (reader.Has("unit_member")) reader.Require("unit_words");
  if (reader.Has("unit_words")) reader.Require("unit_member");
  const bool is_numeric = is_number || reading.type == Type::kInteger;
  only_with({"scale", "offset", "unit_member", "unit_words"}, is_number, "\"number\"");
  only_with({"range", "from_text", "unit"}, is_numeric, "\"number\" or \"integer\"");
  only_with({"true_words", "false_words"}, reading.type == Type::kBool, "\"bool\"");
}

void ReadAttribute(TableReader& reader, AttributeRule* attribute) {
  using From = AttributeRule::From;
  bool each_key = false;
  reader.Require("key");
  Name(reader, "key", &attribute->key);
  if (CountAlternatives(reader, {"value", "member", "topic_level", "each_key"}) == 0) {
    reader.Error("key", "has no source; add value, member, topic_level or each_key");
  }
  reader.Text("value", &attribute->value);
  Pointer(reader, "member", &attribute->member);
  Level(reader, &attribute->level);
  reader.Flag("each_key", &each_key);
  if (reader.Has("member")) attribute->from = From::kMember;
  if (reader.Has("topic_level")) attribute->from = From::kTopicLevel;
  if (each_key) attribute->from = From::kKey;
}

void ReadSeverity(TableReader& reader, SeverityRule* rule) {
  ReadCondition(reader, &rule->when);
  reader.Require("severity");
  reader.OneOf("severity", kSeverities, &rule->severity);
}

void ReadEvent(TableReader& reader, EventRule* event) {
  reader.Require("type");
  reader.Text("type", &event->type);
  if (!event->type.empty()) Found(reader, "type", normalise::CheckEventType(event->type));
  Topics(reader, &event->topics);
  ReadConditions(reader, "when", &event->when);
  Pointer(reader, "base", &event->base);
  reader.Flag("each", &event->each);
  reader.Text("key_prefix", &event->key_prefix);
  if (!event->each && reader.Has("key_prefix")) {
    reader.Error("key_prefix", "only goes with each = true; add that, or remove key_prefix");
  }
  reader.OneOf("severity", kSeverities, &event->severity);
  reader.Tables("severity_when", [&](TableReader& table) {
    ReadSeverity(table, &event->severity_rules.emplace_back());
  });
  reader.Require("reading");
  reader.Tables("reading", [&](TableReader& table) {
    ReadingRule& reading = event->readings.emplace_back();
    ReadReading(table, &reading);
    CheckReadingKeys(table, reading);
  });
  reader.Tables("attribute", [&](TableReader& table) {
    ReadAttribute(table, &event->attributes.emplace_back());
    if (event->each || !table.Has("each_key")) return;
    table.Error("each_key",
                "only goes with each = true of its event; add that, or remove each_key");
  });
}

}  // namespace

void ReadProfile(TableReader& root, Profile* profile) {
  root.Require("name");
  root.Text("name", &profile->name);
  if (!profile->name.empty()) Found(root, "name", normalise::CheckProfileName(profile->name));
  root.Text("description", &profile->description);
  root.Require("topics");
  Topics(root, &profile->topics);
  root.Table("device", [&](TableReader& table) { ReadDevice(table, &profile->device); });
  root.Tables("time", [&](TableReader& table) { ReadTime(table, &profile->times.emplace_back()); });
  root.Time("max_skew", Duration(0), &profile->max_skew);
  Pointer(root, "sequence", &profile->sequence_member);
  root.OneOf("if_nothing", kIfNothing, &profile->ignore_if_nothing);
  ReadConditions(root, "ignore", &profile->ignore_when);
  root.Require("event");
  root.Tables("event",
              [&](TableReader& table) { ReadEvent(table, &profile->events.emplace_back()); });
}

}  // namespace sluice::config
