#include "config/profile_parts.h"

#include <array>

#include "base/rfc3339.h"
#include "normalise/check.h"

namespace sluice::config {
namespace {

using normalise::Condition;
using normalise::DeviceRule;
using normalise::TimeRule;
using Test = Condition::Test;

constexpr int64_t kMaxTopicLevel = 127;

constexpr Word<TimeRule::Format> kTimeFormats[] = {
    {"unix_s", TimeRule::Format::kUnixSeconds}, {"unix_ms", TimeRule::Format::kUnixMillis},
    {"unix_us", TimeRule::Format::kUnixMicros}, {"unix_ns", TimeRule::Format::kUnixNanos},
    {"rfc3339", TimeRule::Format::kRfc3339},    {"local", TimeRule::Format::kLocal},
    {"senml", TimeRule::Format::kSenml},
};

constexpr Word<Condition::Kind> kKinds[] = {
    {"number", Condition::Kind::kNumber}, {"text", Condition::Kind::kText},
    {"bool", Condition::Kind::kBool},     {"list", Condition::Kind::kList},
    {"object", Condition::Kind::kObject},
};

// A condition has exactly one of these.
constexpr Word<Test> kTests[] = {
    {"equals", Test::kEquals},
    {"one_of", Test::kOneOf},
    {"starts_with", Test::kStartsWith},
    {"contains", Test::kContains},
    {"greater_than", Test::kGreater},
    {"less_than", Test::kLess},
    {"present", Test::kPresent},
    {"absent", Test::kAbsent},
    {"is", Test::kIs},
};

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
  ReadPointer(reader, "member", &time->member);
  reader.OneOf("format", kTimeFormats, &time->format);
  UtcOffset(reader, time);
  reader.Text("zone", &time->zone);
  if (!time->zone.empty()) ReportFound(reader, "zone", normalise::CheckTimeZone(time->zone));
  const bool is_local = time->format == TimeRule::Format::kLocal;
  const size_t shifts = CountAlternatives(reader, {"utc_offset", "zone"});
  if (is_local && shifts == 0) reader.Require("utc_offset");
  for (const char* key : {"utc_offset", "zone"}) {
    if (is_local || !reader.Has(key)) continue;
    reader.Error(key, "only goes with format = \"local\"; remove it");
  }
}

// A flag that says more than its presence only if it is true.
void RequireTrue(TableReader& reader, std::string_view key) {
  bool flag = true;
  reader.Flag(key, &flag);
  if (!flag) reader.Error(key, "can only be true; use not = true for the opposite");
}

void ReadTest(TableReader& reader, Condition* condition) {
  size_t count = 0;
  for (const auto& [key, test] : kTests) {
    if (!reader.Has(key)) continue;
    condition->test = test;
    if (++count == 2) reader.Error(key, "can't be combined with another test; keep one of them");
  }
  if (count == 0) reader.Require("equals");
  reader.TextOrEmpty("equals", &condition->equals);
  reader.Text("starts_with", &condition->equals);
  reader.Text("contains", &condition->equals);
  reader.TextList("one_of", &condition->one_of);
  reader.Real("greater_than", &condition->limit);
  reader.Real("less_than", &condition->limit);
  reader.OneOf("is", kKinds, &condition->kind);
  RequireTrue(reader, "present");
  RequireTrue(reader, "absent");
  reader.Flag("not", &condition->negated);
}

}  // namespace

void ReportFound(TableReader& reader, std::string_view key, const std::string& what) {
  if (!what.empty()) reader.Error(key, "is wrong: " + what);
}

void ReadPointer(TableReader& reader, std::string_view key, std::string* pointer) {
  reader.TextOrEmpty(key, pointer);
  ReportFound(reader, key, normalise::CheckPointer(*pointer));
}

void ReadNameOf(TableReader& reader, std::string_view key, std::string* name) {
  reader.Text(key, name);
  if (!name->empty()) ReportFound(reader, key, normalise::CheckName(*name));
}

void ReadUnit(TableReader& reader, std::string_view key, std::string* unit) {
  reader.Text(key, unit);
  ReportFound(reader, key, normalise::CheckUnit(*unit));
}

void ReadTopics(TableReader& reader, std::vector<std::string>* topics) {
  reader.TextList("topics", topics);
  for (const std::string& filter : *topics) {
    ReportFound(reader, "topics", normalise::CheckTopicFilter(filter));
  }
}

void ReadLevel(TableReader& reader, int* level) {
  int64_t number = 0;
  reader.Integer("topic_level", -kMaxTopicLevel, kMaxTopicLevel, &number);
  *level = static_cast<int>(number);
}

size_t CountAlternatives(TableReader& reader, std::initializer_list<std::string_view> keys) {
  size_t count = 0;
  for (const std::string_view key : keys) {
    if (!reader.Has(key)) continue;
    if (++count == 2) reader.Error(key, "can't be combined with another source; keep one of them");
  }
  return count;
}

void ReadCondition(TableReader& reader, Condition* condition) {
  bool each_key = false;
  if (CountAlternatives(reader, {"member", "topic_level", "each_key"}) == 0) {
    reader.Require("member");
  }
  ReadPointer(reader, "member", &condition->member);
  ReadLevel(reader, &condition->level);
  reader.Flag("each_key", &each_key);
  if (reader.Has("topic_level")) condition->from = Condition::From::kTopicLevel;
  if (each_key) condition->from = Condition::From::kKey;
  ReadTest(reader, condition);
}

void ReadConditions(TableReader& reader, std::string_view key, std::vector<Condition>* conditions) {
  reader.Tables(key,
                [&](TableReader& table) { ReadCondition(table, &conditions->emplace_back()); });
}

void ReadDevice(TableReader& reader, DeviceRule* device) {
  bool identity = false, each_key = false;
  CountAlternatives(reader, {"identity", "topic_level", "member", "each_key"});
  if (reader.Has("topic_level")) device->from = DeviceRule::From::kTopicLevel;
  if (reader.Has("member")) device->from = DeviceRule::From::kMember;
  reader.Flag("identity", &identity);
  reader.Flag("each_key", &each_key);
  if (each_key) device->from = DeviceRule::From::kKey;
  ReadLevel(reader, &device->level);
  ReadPointer(reader, "member", &device->member);
}

void ReadTimes(TableReader& reader, std::vector<TimeRule>* times) {
  reader.Tables("time", [&](TableReader& table) { ReadTime(table, &times->emplace_back()); });
}

}  // namespace sluice::config
