#include "config/profile_sections.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "config/profile_parts.h"
#include "normalise/check.h"

namespace sluice::config {
namespace {

using normalise::AttributeRule;
using normalise::EventRule;
using normalise::IgnoreRule;
using normalise::Profile;
using normalise::SeverityRule;

// Whether a message that holds nothing known is ignored.
constexpr Word<bool> kIfNothing[] = {{"dead_letter", false}, {"ignore", true}};

constexpr Word<decode::Format> kFormats[] = {
    {"json", decode::Format::kJson},
    {"text", decode::Format::kText},
    {"json_or_text", decode::Format::kJsonOrText},
    {"cbor", decode::Format::kCbor},
    {"messagepack", decode::Format::kMessagePack},
    {"bytes", decode::Format::kBytes},
    {"senml", decode::Format::kSenml},
    {"sparkplug", decode::Format::kSparkplug},
};

struct Tolerance {
  std::string_view word;
  bool decode::Tolerances::*flag;
};
constexpr Tolerance kTolerances[] = {
    {"trailing_nul", &decode::Tolerances::trailing_nul},
    {"byte_order_mark", &decode::Tolerances::byte_order_mark},
    {"spaces", &decode::Tolerances::spaces},
    {"nan", &decode::Tolerances::nan},
    {"single_quotes", &decode::Tolerances::single_quotes},
    {"decimal_comma", &decode::Tolerances::decimal_comma},
};

constexpr Word<schema::Severity> kSeverities[] = {
    {"debug", schema::Severity::kDebug},       {"info", schema::Severity::kInfo},
    {"warning", schema::Severity::kWarning},   {"error", schema::Severity::kError},
    {"critical", schema::Severity::kCritical},
};

void ReadAttribute(TableReader& reader, AttributeRule* attribute) {
  using From = AttributeRule::From;
  bool each_key = false;
  reader.Require("key");
  ReadNameOf(reader, "key", &attribute->key);
  if (CountAlternatives(reader, {"value", "member", "topic_level", "each_key"}) == 0) {
    reader.Error("key", "has no source; add value, member, topic_level or each_key");
  }
  reader.Text("value", &attribute->value);
  ReadPointer(reader, "member", &attribute->member);
  ReadLevel(reader, &attribute->level);
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
  if (!event->type.empty()) ReportFound(reader, "type", normalise::CheckEventType(event->type));
  ReadTopics(reader, &event->topics);
  ReadConditions(reader, "when", &event->when);
  reader.Flag("otherwise", &event->otherwise);
  ReadPointer(reader, "base", &event->base);
  reader.Flag("base_is_json", &event->base_is_json);
  reader.Flag("each", &event->each);
  reader.Text("key_prefix", &event->key_prefix);
  ReadConditions(reader, "each_when", &event->each_when);
  for (const char* key : {"key_prefix", "each_when"}) {
    if (event->each || !reader.Has(key)) continue;
    reader.Error(key, "only goes with each = true; add that, or remove it");
  }
  reader.Table("device", [&](TableReader& table) { ReadDevice(table, &event->device.emplace()); });
  ReadTimes(reader, &event->times);
  ReadConditions(reader, "valid_if", &event->valid_if);
  reader.OneOf("severity", kSeverities, &event->severity);
  reader.Tables("severity_when", [&](TableReader& table) {
    ReadSeverity(table, &event->severity_rules.emplace_back());
  });
  reader.Require("reading");
  reader.Tables("reading",
                [&](TableReader& table) { ReadReading(table, &event->readings.emplace_back()); });
  reader.Tables("attribute", [&](TableReader& table) {
    ReadAttribute(table, &event->attributes.emplace_back());
    if (event->each || !table.Has("each_key")) return;
    table.Error("each_key",
                "only goes with each = true of its event; add that, or remove each_key");
  });
}

// A rule with a name, or, as before 0.2, no more than its condition.
void ReadIgnore(TableReader& reader, IgnoreRule* ignore) {
  if (!reader.Has("name") && reader.Has("member")) {
    ignore->name = "ignore";
    return ReadCondition(reader, &ignore->when.emplace_back());
  }
  reader.Require("name");
  ReadNameOf(reader, "name", &ignore->name);
  ReadTopics(reader, &ignore->topics);
  ReadConditions(reader, "when", &ignore->when);
  reader.Flag("empty", &ignore->empty_payload);
  reader.Flag("otherwise", &ignore->otherwise);
  if (ignore->empty_payload && !ignore->when.empty()) {
    reader.Error("when", "can't hold for a payload that is empty; keep one of them");
  }
}

// Replaces the whole list: what is not named is not tolerated.
void ReadTolerances(TableReader& reader, decode::Tolerances* tolerances) {
  std::vector<std::string> words;
  reader.TextList("tolerate", &words);
  if (!reader.Has("tolerate")) return;
  for (const Tolerance& tolerance : kTolerances) tolerances->*tolerance.flag = false;
  for (const std::string& word : words) {
    const auto* const found =
        std::find_if(std::begin(kTolerances), std::end(kTolerances),
                     [&](const Tolerance& tolerance) { return tolerance.word == word; });
    if (found == std::end(kTolerances)) {
      reader.Error("tolerate",
                   "must be words of trailing_nul, byte_order_mark, spaces, nan, single_quotes and "
                   "decimal_comma");
    } else {
      tolerances->*found->flag = true;
    }
  }
}

}  // namespace

void ReadProfile(TableReader& root, Profile* profile) {
  root.Require("name");
  root.Text("name", &profile->name);
  if (!profile->name.empty()) ReportFound(root, "name", normalise::CheckProfileName(profile->name));
  root.Text("description", &profile->description);
  root.Require("topics");
  ReadTopics(root, &profile->topics);
  root.OneOf("format", kFormats, &profile->encoding.format);
  ReadTolerances(root, &profile->encoding.tolerate);
  root.Table("device", [&](TableReader& table) { ReadDevice(table, &profile->device); });
  ReadTimes(root, &profile->times);
  root.Time("max_skew", Duration(0), &profile->max_skew);
  root.Time("silent_after", std::chrono::seconds(1), &profile->silent_after);
  ReadPointer(root, "sequence", &profile->sequence_member);
  root.OneOf("if_nothing", kIfNothing, &profile->ignore_if_nothing);
  root.Tables("ignore",
              [&](TableReader& table) { ReadIgnore(table, &profile->ignore.emplace_back()); });
  if (!root.Has("ignore")) root.Require("event");
  root.Tables("event",
              [&](TableReader& table) { ReadEvent(table, &profile->events.emplace_back()); });
}

}  // namespace sluice::config
